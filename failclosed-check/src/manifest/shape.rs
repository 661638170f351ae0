//! The types of what a function's patterns bind, and of simple expressions made of that.

use std::collections::HashMap;

use quote::{ToTokens, quote};
use syn::{
    Expr, Fields, FnArg, GenericParam, Lit, Member, Pat, Signature, Type, UnOp, ext::IdentExt,
    parse_quote,
};

use super::{
    scope::{Found, Named},
    types::{Kind, Place, Types, arguments},
};

/// A type, and where it is written.
pub(super) type Typed = (Type, Place);

/// What each name is, or why that is not known.
pub(super) type Bound = HashMap<String, Result<Typed, String>>;

/// Wrappers that hosts take a value out of: `Json(order): Json<Order>`.
const EXTRACTORS: [&str; 7] = ["Extension", "Form", "Json", "Parameters", "Path", "Query", "State"];

/// Everything that a signature binds.
pub(super) fn bound(types: &Types<'_, '_>, sig: &Signature, at: &Place) -> Bound {
    let mut bound = Bound::new();
    for param in &sig.generics.params {
        if let GenericParam::Const(constant) = param {
            bound.insert(constant.ident.unraw().to_string(), Ok((constant.ty.clone(), at.clone())));
        }
    }
    for input in &sig.inputs {
        if let FnArg::Typed(typed) = input {
            bind(types, &typed.pat, &Ok(((*typed.ty).clone(), at.clone())), &mut bound);
        }
    }
    bound
}

fn bind(types: &Types<'_, '_>, pat: &Pat, ty: &Result<Typed, String>, bound: &mut Bound) {
    let unknown =
        || Err(format!("the type of what `{}` binds, the source does not tell", tidy(pat)));
    match pat {
        Pat::Ident(name) => {
            bound.insert(name.ident.unraw().to_string(), ty.clone());
            if let Some((_, inner)) = &name.subpat {
                bind(types, inner, ty, bound);
            }
        }
        Pat::Paren(inner) => bind(types, &inner.pat, ty, bound),
        Pat::Reference(inner) => bind(types, &inner.pat, &ty.clone().map(referent), bound),
        Pat::Type(inner) => {
            let at = ty.clone().map(|(_, at)| ((*inner.ty).clone(), at));
            bind(types, &inner.pat, &at, bound);
        }
        Pat::Tuple(list) => {
            let kinds = match ty.clone().map(referent) {
                Ok((Type::Tuple(of), at)) if of.elems.len() == list.elems.len() => {
                    Some(of.elems.into_iter().map(|ty| (ty, at.clone())).collect::<Vec<_>>())
                }
                _ => None,
            };
            for (nth, pat) in list.elems.iter().enumerate() {
                let of = kinds.as_ref().and_then(|kinds| kinds.get(nth).cloned());
                bind(types, pat, &of.map_or_else(unknown, Ok), bound);
            }
        }
        Pat::TupleStruct(list) => {
            let fields = ty.clone().map(referent).ok();
            for (nth, pat) in list.elems.iter().enumerate() {
                let of = fields.as_ref().and_then(|of| {
                    field(types, of, &nth.to_string())
                        .or_else(|| (list.elems.len() == 1).then(|| extracted(types, of)).flatten())
                });
                bind(types, pat, &of.map_or_else(unknown, Ok), bound);
            }
        }
        Pat::Struct(list) => {
            let of = ty.clone().map(referent).ok();
            for one in &list.fields {
                let name = match &one.member {
                    Member::Named(name) => name.unraw().to_string(),
                    Member::Unnamed(index) => index.index.to_string(),
                };
                let inner = of.as_ref().and_then(|of| field(types, of, &name));
                bind(types, &one.pat, &inner.map_or_else(unknown, Ok), bound);
            }
        }
        Pat::Slice(list) => list.elems.iter().for_each(|pat| bind(types, pat, &unknown(), bound)),
        Pat::Or(cases) => {
            if let Some(first) = cases.cases.first() {
                bind(types, first, ty, bound);
            }
        }
        _ => {}
    }
}

/// `&&T` -> `T`
fn referent((ty, at): Typed) -> Typed {
    match ty {
        Type::Reference(inner) => referent((*inner.elem, at)),
        Type::Paren(inner) => referent((*inner.elem, at)),
        Type::Group(inner) => referent((*inner.elem, at)),
        other => (other, at),
    }
}

/// The type of a field of a struct of the workspace.
fn field(types: &Types<'_, '_>, (ty, at): &Typed, name: &str) -> Option<Typed> {
    let Type::Path(path) = ty else { return None };
    let Found::Ours(full, Named::Struct(item)) = types.scope.find(&path.path, &at.module) else {
        return None;
    };
    if item.generics.type_params().next().is_some() {
        return None;
    }
    let module = full.get(..full.len().checked_sub(1)?)?.to_vec();
    let ty = match &item.fields {
        Fields::Named(fields) => {
            let is =
                |field: &&syn::Field| field.ident.as_ref().is_some_and(|own| own.unraw() == name);
            fields.named.iter().find(is)?.ty.clone()
        }
        Fields::Unnamed(fields) => fields.unnamed.get(name.parse::<usize>().ok()?)?.ty.clone(),
        Fields::Unit => return None,
    };
    Some((ty, Place::of(&module)))
}

/// `Order` of `Json<Order>`, a host's.
fn extracted(types: &Types<'_, '_>, (ty, at): &Typed) -> Option<Typed> {
    let Type::Path(path) = ty else { return None };
    let last = path.path.segments.last()?.ident.to_string();
    let foreign = matches!(types.scope.find(&path.path, &at.module), Found::Foreign(_));
    match arguments(&path.path).as_slice() {
        [only] if foreign && EXTRACTORS.contains(&last.as_str()) => {
            Some(((*only).clone(), at.clone()))
        }
        _ => None,
    }
}

/// The type of an expression, where it is plain to see.
pub(super) fn of_expression(
    types: &Types<'_, '_>,
    expr: &Expr,
    bound: &Bound,
    at: &Place,
) -> Result<Typed, String> {
    let unknown = || {
        Err(format!(
            "the type of `{}`, the source does not tell: say it, `args(let name: Type = ..)`, or show a \
             parameter",
            tidy(expr)
        ))
    };
    let inner = |expr: &Expr| of_expression(types, expr, bound, at);
    match expr {
        Expr::Path(path) => match path.path.get_ident().map(|name| name.unraw().to_string()) {
            Some(name) => bound.get(&name).cloned().unwrap_or_else(unknown),
            None => unknown(),
        },
        Expr::Reference(of) => inner(&of.expr),
        Expr::Paren(of) => inner(&of.expr),
        Expr::Group(of) => inner(&of.expr),
        Expr::Unary(of) if matches!(of.op, UnOp::Deref(_)) => inner(&of.expr),
        Expr::Cast(of) => Ok(((*of.ty).clone(), at.clone())),
        Expr::Lit(literal) => match &literal.lit {
            Lit::Str(_) => Ok((parse_quote!(&str), at.clone())),
            Lit::Bool(_) => Ok((parse_quote!(bool), at.clone())),
            Lit::Int(number) => match number.suffix() {
                "" => Ok((parse_quote!(i32), at.clone())),
                suffix => syn::parse_str(suffix).map(|ty| (ty, at.clone())).or_else(|_| unknown()),
            },
            _ => unknown(),
        },
        Expr::Tuple(list) => {
            let parts = list.elems.iter().map(inner).collect::<Result<Vec<_>, _>>()?;
            let kinds = parts.iter().map(|(ty, _)| ty);
            // Each part is written where the function is, or its names would mean something else there.
            if parts.iter().any(|(_, of)| of.module != at.module) {
                return unknown();
            }
            Ok((parse_quote!((#(#kinds,)*)), at.clone()))
        }
        Expr::Field(of) => {
            let name = match &of.member {
                Member::Named(name) => name.unraw().to_string(),
                Member::Unnamed(index) => index.index.to_string(),
            };
            field(types, &referent(inner(&of.base)?), &name).map_or_else(unknown, Ok)
        }
        Expr::MethodCall(call) if call.args.is_empty() => {
            match call.method.to_string().as_str() {
                "clone" => inner(&call.receiver),
                "to_string" => Ok((parse_quote!(&str), at.clone())),
                // Of a text or a list; a type of somebody's own may mean anything by it.
                "as_str" | "len" => {
                    let (ty, of) = inner(&call.receiver)?;
                    match types.attribute(&ty, &of) {
                        Ok((Kind::Plain("String"), false)) if call.method == "as_str" => {
                            Ok((ty, of))
                        }
                        Ok((Kind::Plain("String") | Kind::Set(_), false))
                            if call.method == "len" =>
                        {
                            Ok((parse_quote!(usize), at.clone()))
                        }
                        _ => unknown(),
                    }
                }
                _ => unknown(),
            }
        }
        _ => unknown(),
    }
}

/// Source as a person writes it: `& 'a str` is `&'a str`.
pub(super) fn tidy(tokens: &impl ToTokens) -> String {
    let tokens = tokens.to_token_stream();
    let as_type = syn::parse2::<Type>(tokens.clone()).ok().map(|ty| quote!(type T = #ty;));
    let as_expr =
        || syn::parse2::<Expr>(tokens.clone()).ok().map(|expr| quote!(const T: T = #expr;));
    let formatted = as_type.or_else(as_expr).and_then(|item| syn::parse2::<syn::File>(item).ok());
    let Some(formatted) = formatted.as_ref().map(prettyplease::unparse) else {
        return tokens.to_string();
    };
    let text = formatted.split_whitespace().collect::<Vec<_>>().join(" ");
    let text = text.strip_prefix("type T = ").or_else(|| text.strip_prefix("const T: T = "));
    text.and_then(|text| text.strip_suffix(';')).map_or_else(|| tokens.to_string(), str::to_owned)
}
