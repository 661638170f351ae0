//! Which arguments the authority is shown: what the attribute names, then every other parameter.

use proc_macro2::{Span, TokenStream};
use quote::quote;
use syn::{Attribute, Expr, ExprStruct, Ident, Member, ext::IdentExt, spanned::Spanned};

use super::operand;
use crate::{
    args::{Action, Args},
    diag::{self, Errors},
    params::{Binding, Params, attrs::are_same},
};

/// One argument for the authority.
pub(crate) struct ShownArgument {
    pub(crate) name: String,
    pub(crate) value: TokenStream,
    pub(crate) span: Span,
    /// What decides whether there is such an argument.
    pub(crate) cfgs: Vec<Attribute>,
}

/// The arguments beside those that the action carries: `args(..)`, then every parameter that is
/// neither skipped nor named in one of them.
pub(crate) fn shown(args: &Args, params: &Params, errors: &mut Errors) -> Vec<ShownArgument> {
    // Each name, and whether it is there under a condition only.
    let mut taken: Vec<(String, bool)> = Vec::new();
    let mut named = carried(args);
    if let Some(Action::Carrying(action)) = &args.action {
        check_conditions(action, params, errors);
        for field in &action.fields {
            if let Member::Named(name) = &field.member {
                taken.push((name_of(name), false));
            }
        }
    }
    let mut shown = Vec::new();
    for argument in &args.shown {
        names_in(&argument.value, &mut named);
        let name = name_of(&argument.name);
        if taken.iter().any(|(other, _)| *other == name) {
            // `args(vendor = a, vendor = b)`
            errors.push(diag::arg::duplicate_name(&argument.name));
        }
        taken.push((name.clone(), false));
        shown.push(ShownArgument {
            name,
            value: operand(&argument.value),
            span: argument.value.span(),
            cfgs: conditions_of(&argument.value, params),
        });
    }
    for binding in &params.bindings {
        let Binding { ident, cfgs, .. } = binding;
        let name = name_of(ident);
        if named.iter().chain(&args.skip).any(|other| name_of(other) == name) {
            continue;
        }
        let conditional = !cfgs.is_empty();
        if taken.iter().any(|(other, also)| *other == name && !(conditional && *also)) {
            // `args(vendor = host)` beside a parameter `vendor`
            errors.push(diag::arg::duplicate_name(ident));
        }
        taken.push((name.clone(), conditional));
        let (value, cfgs) = (quote!(#ident), cfgs.clone());
        shown.push(ShownArgument { name, value, span: ident.span(), cfgs });
    }
    shown
}

// `action = Purchase { vendor, #[cfg(any())] amount }`: without the field, the parameter would be
// neither carried nor shown.
fn check_conditions(action: &ExprStruct, params: &Params, errors: &mut Errors) {
    for field in &action.fields {
        let Some(attr) = field.attrs.first() else { continue };
        let bound = bound_in(&field.expr, params);
        if bound.is_empty() || !bound.iter().all(|other| are_same(&other.cfgs, &field.attrs)) {
            // FAIL CLOSED: nobody knows whether it hides a parameter that exists.
            errors.push(diag::arg::conditional_field(attr.path().span()));
        }
    }
}

/// The condition of the one parameter that an expression reads. With two of them, one that exists
/// could be hidden by the condition of the other: then there is none, and the compiler asks for both.
fn conditions_of(expr: &Expr, params: &Params) -> Vec<Attribute> {
    match bound_in(expr, params).as_slice() {
        [only] => only.cfgs.clone(),
        _ => Vec::new(),
    }
}

fn bound_in<'p>(expr: &Expr, params: &'p Params) -> Vec<&'p Binding> {
    let mut names = Vec::new();
    names_in(expr, &mut names);
    let read =
        |binding: &&Binding| names.iter().any(|name| name_of(name) == name_of(&binding.ident));
    params.bindings.iter().filter(read).collect()
}

pub(super) fn name_of(ident: &Ident) -> String {
    ident.unraw().to_string()
}

/// The variables an expression certainly reads. One that is not found here is shown to the
/// authority in its own right, so overlooking one is the safe direction.
fn names_in(expr: &Expr, names: &mut Vec<Ident>) {
    match expr {
        Expr::Path(path) => names.extend(path.path.get_ident().cloned()),
        Expr::Field(field) => names_in(&field.base, names),
        Expr::Reference(inner) => names_in(&inner.expr, names),
        Expr::Unary(inner) => names_in(&inner.expr, names),
        Expr::Paren(inner) => names_in(&inner.expr, names),
        Expr::Group(inner) => names_in(&inner.expr, names),
        Expr::Cast(inner) => names_in(&inner.expr, names),
        Expr::Index(index) => names_in(&index.expr, names),
        Expr::MethodCall(call) => {
            names_in(&call.receiver, names);
            call.args.iter().for_each(|argument| names_in(argument, names));
        }
        Expr::Call(call) => call.args.iter().for_each(|argument| names_in(argument, names)),
        Expr::Tuple(list) => list.elems.iter().for_each(|element| names_in(element, names)),
        Expr::Array(list) => list.elems.iter().for_each(|element| names_in(element, names)),
        Expr::Binary(binary) => {
            names_in(&binary.left, names);
            names_in(&binary.right, names);
        }
        _ => {}
    }
}

pub(super) fn carried(args: &Args) -> Vec<Ident> {
    let mut names = Vec::new();
    if let Some(Action::Carrying(action)) = &args.action {
        action.fields.iter().for_each(|field| names_in(&field.expr, &mut names));
    }
    names
}

pub(super) fn finding(args: &Args) -> Vec<Ident> {
    let mut names = Vec::new();
    args.guard.iter().for_each(|expr| names_in(expr, &mut names));
    names
}
