//! What an attribute and a function together ask an authority: by the same reading as the macros'.

use failclosed_syntax::{
    args::{Action, Args},
    diag::Errors,
    params::Params,
    shown::shown,
};
use quote::ToTokens;
use syn::{Attribute, Expr, ExprLit, ExprPath, Ident, Lit, Path, Signature, ext::IdentExt};

use super::{
    Argument, Cedar, Resource, Skipped,
    known::Known,
    scope::Found,
    shape::{Bound, Typed, bound, of_expression, tidy},
    types::Place,
};

/// What a guarded function asks.
pub(super) struct Asked {
    pub(super) action: Option<String>,
    pub(super) action_type: Option<String>,
    pub(super) guard: Option<String>,
    pub(super) instance: Option<String>,
    pub(super) resource: Option<Resource>,
    pub(super) arguments: Vec<Argument>,
    pub(super) skipped: Vec<Skipped>,
    /// The name of its permit.
    pub(super) permit: Option<String>,
}

impl Asked {
    /// Nothing, yet.
    pub(super) fn nothing() -> Self {
        Self {
            action: None,
            action_type: None,
            guard: None,
            instance: None,
            resource: None,
            arguments: Vec::new(),
            skipped: Vec::new(),
            permit: None,
        }
    }
}

/// Reads one.
///
/// # Errors
/// What the macros would refuse as well.
pub(super) fn asked(
    known: &Known<'_, '_>,
    tokens: proc_macro2::TokenStream,
    sig: &Signature,
    at: &Place,
) -> syn::Result<Asked> {
    let mut errors = Errors::new();
    let args = Args::parse(tokens, &mut errors);
    let mut sig = sig.clone();
    let names = bound(&known.types, &sig, at);
    let params = Params::take(&mut sig, &mut errors);
    let shown = shown(&args, &params, &mut errors);
    errors.first()?;
    let mut asked = Asked {
        guard: args.guard.as_ref().map(tidy),
        instance: args.instance.as_ref().map(tidy),
        resource: args.resource.as_ref().map(|expr| resource(known, expr, &names, at)),
        permit: params.permit.as_ref().map(|permit| permit.ident.to_string()),
        ..Asked::nothing()
    };
    match &args.action {
        Some(Action::Name(name)) => asked.action = Some(name.value()),
        Some(Action::Unit(ExprPath { path, .. })) => carried(known, path, at, &mut asked),
        Some(Action::Carrying(action)) => carried(known, &action.path, at, &mut asked),
        None => {}
    }
    for one in &shown {
        let written =
            args.prepared.iter().chain(&args.shown).find(|given| name_of(&given.name) == one.name);
        let is_own =
            |expr: &Expr| matches!(expr, Expr::Path(path) if path.path.is_ident(&one.name));
        let ty = match written {
            Some(given) => match given.bound.as_ref().and_then(|bound| bound.ty.clone()) {
                Some(ty) => Ok((ty, at.clone())),
                None => of_expression(&known.types, &given.value, &names, at),
            },
            None => names.get(&one.name).cloned().unwrap_or_else(|| {
                Err(format!("what `{}` is, the source does not tell", one.name))
            }),
        };
        let expression = written.map(|given| &given.value).filter(|expr| !is_own(expr));
        let mut argument = argument(known, one.name.clone(), ty, one.masked);
        argument.expression = expression.map(tidy);
        argument.conditions = one.cfgs.iter().map(condition).collect();
        if let (false, Cedar::Required(kind)) = (argument.conditions.is_empty(), &argument.cedar) {
            argument.cedar = Cedar::Optional(kind.clone());
        }
        asked.arguments.push(argument);
    }
    asked.skipped.extend(args.skip.iter().map(|name| skipped(name, &names)));
    Ok(asked)
}

/// What an action with a type carries, and its name.
pub(super) fn carried(known: &Known<'_, '_>, path: &Path, at: &Place, asked: &mut Asked) {
    let found = known.types.scope.find(path, &at.module);
    let Found::Ours(full, _) = found else {
        asked.action_type = Some(tidy(path));
        return;
    };
    asked.action_type = Some(full.join("::"));
    let Some(action) = known.actions.get(full) else { return };
    asked.action = Some(action.name.clone());
    asked.resource = asked.resource.take().or_else(|| action.resource.clone());
    asked.instance = asked.instance.take().or_else(|| action.instance.clone());
    asked.arguments.extend(action.arguments.iter().cloned());
    asked.skipped.extend(action.skipped.iter().cloned());
}

/// An argument of that type.
pub(super) fn argument(
    known: &Known<'_, '_>,
    name: String,
    ty: Result<Typed, String>,
    masked: bool,
) -> Argument {
    let cedar = ty.clone().and_then(|(ty, at)| known.types.attribute(&ty, &at));
    Argument {
        name,
        ty: ty.ok().map(|(ty, _)| tidy(&ty)),
        expression: None,
        masked,
        conditions: Vec::new(),
        cedar: match cedar {
            Ok((kind, false)) => Cedar::Required(kind.to_string()),
            Ok((kind, true)) => Cedar::Optional(kind.to_string()),
            Err(why) => Cedar::Unmapped(why),
        },
    }
}

fn skipped(name: &Ident, names: &Bound) -> Skipped {
    let name = name_of(name);
    let ty = names.get(&name).and_then(|ty| ty.as_ref().ok()).map(|(ty, _)| tidy(ty));
    Skipped { name, ty }
}

/// What kind of thing it is: said, or given by its id alone, or not to be told.
fn resource(known: &Known<'_, '_>, expr: &Expr, names: &Bound, at: &Place) -> Resource {
    let mut told = Resource { expression: tidy(expr), kind: None, id_only: false };
    match peeled(expr) {
        Expr::Tuple(pair) => told.kind = pair.elems.first().and_then(text),
        Expr::Call(call) => {
            if let Expr::Path(path) = &*call.func {
                let last = path.path.segments.last().map(|last| last.ident.to_string());
                match last.as_deref() {
                    Some("new") => told.kind = call.args.first().and_then(text),
                    Some("id_only") => told.id_only = true,
                    _ => {}
                }
            }
        }
        Expr::Lit(ExprLit { lit: Lit::Str(_), .. }) => told.id_only = true,
        other => {
            let ty = of_expression(&known.types, other, names, at);
            told.id_only = ty.is_ok_and(|(ty, at)| is_text(known, &ty, &at));
        }
    }
    told
}

/// Whether a value of the type names a resource by its id alone.
pub(super) fn is_text(known: &Known<'_, '_>, ty: &syn::Type, at: &Place) -> bool {
    let text =
        |(kind, optional): (super::types::Kind, bool)| !optional && kind.to_string() == "String";
    known.types.attribute(ty, at).is_ok_and(text)
}

fn peeled(expr: &Expr) -> &Expr {
    match expr {
        Expr::Reference(inner) => peeled(&inner.expr),
        Expr::Paren(inner) => peeled(&inner.expr),
        Expr::Group(inner) => peeled(&inner.expr),
        other => other,
    }
}

fn text(expr: &Expr) -> Option<String> {
    match peeled(expr) {
        Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) => Some(text.value()),
        _ => None,
    }
}

/// `#[cfg(unix)]` -> `unix`
pub(super) fn condition(attribute: &Attribute) -> String {
    match &attribute.meta {
        syn::Meta::List(list) if list.path.is_ident("cfg") => spaced(&list.tokens.to_string()),
        other => spaced(&other.to_token_stream().to_string()),
    }
}

fn spaced(tokens: &str) -> String {
    tokens.replace(" (", "(").replace("( ", "(").replace(" )", ")").replace(" ,", ",")
}

fn name_of(ident: &Ident) -> String {
    ident.unraw().to_string()
}
