//! What the parameters of a function bind, and the one that takes the permit.

use syn::{
    FnArg, Ident, Meta, Pat, Signature, Token, Type, punctuated::Punctuated, spanned::Spanned,
};

use crate::diag::{self, Errors};

/// The parameters, as the check and the body need them.
pub(crate) struct Params {
    /// `self`, as the signature spells it.
    pub(crate) receiver: Option<Token![self]>,
    pub(crate) bindings: Vec<Binding>,
    pub(crate) permit: Option<PermitParam>,
}

/// A name that a parameter binds.
pub(crate) struct Binding {
    pub(crate) ident: Ident,
    pub(crate) mutability: Option<Token![mut]>,
}

/// `#[permit] permit: Permit<'_, Purchase>`
pub(crate) struct PermitParam {
    pub(crate) ident: Ident,
    pub(crate) mutability: Option<Token![mut]>,
    pub(crate) ty: Type,
}

impl Params {
    /// Takes the `#[permit]` parameter out of the signature, and `mut` out of its patterns: the
    /// body binds every name anew, `mut` where it was, so that lints about unused ones still fire.
    pub(crate) fn take(sig: &mut Signature, errors: &mut Errors) -> Self {
        let mut params = Self { receiver: None, bindings: Vec::new(), permit: None };
        let mut inputs = Punctuated::new();
        for input in std::mem::take(&mut sig.inputs) {
            match input {
                FnArg::Receiver(receiver) => {
                    params.receiver = Some(receiver.self_token);
                    inputs.push(FnArg::Receiver(receiver));
                }
                FnArg::Typed(mut typed) => {
                    let marked = typed.attrs.iter().position(|attr| attr.path().is_ident("permit"));
                    if let Some(index) = marked {
                        let attr = typed.attrs.remove(index);
                        if !matches!(attr.meta, Meta::Path(_)) {
                            errors.push(diag::fun::permit_options(attr.span()));
                        }
                        let read = permit_param(*typed.pat, *typed.ty);
                        if params.permit.is_some() {
                            errors.push(diag::fun::two_permits(attr.span()));
                        }
                        params.permit = errors.keep(read);
                        continue;
                    }
                    bind(&mut typed.pat, &mut params.bindings, errors);
                    inputs.push(FnArg::Typed(typed));
                }
            }
        }
        sig.inputs = inputs;
        params
    }
}

fn permit_param(pat: Pat, ty: Type) -> syn::Result<PermitParam> {
    match pat {
        Pat::Ident(name) if name.by_ref.is_none() && name.subpat.is_none() => {
            Ok(PermitParam { ident: name.ident, mutability: name.mutability, ty })
        }
        other => Err(diag::fun::permit_pattern(other.span())),
    }
}

// Input:  `Json(Order { mut vendor, .. })`
// Output: `Json(Order { vendor, .. })`, and the binding `mut vendor`
fn bind(pat: &mut Pat, bindings: &mut Vec<Binding>, errors: &mut Errors) {
    match pat {
        Pat::Ident(name) => {
            // `ref mut x` binds a reference, and the reference is not `mut`.
            let mutability = if name.by_ref.is_some() { None } else { name.mutability.take() };
            bindings.push(Binding { ident: name.ident.clone(), mutability });
            if let Some((_, inner)) = &mut name.subpat {
                bind(inner, bindings, errors);
            }
        }
        Pat::Paren(inner) => bind(&mut inner.pat, bindings, errors),
        Pat::Reference(inner) => bind(&mut inner.pat, bindings, errors),
        Pat::Type(inner) => bind(&mut inner.pat, bindings, errors),
        Pat::Slice(list) => list.elems.iter_mut().for_each(|pat| bind(pat, bindings, errors)),
        Pat::Tuple(list) => list.elems.iter_mut().for_each(|pat| bind(pat, bindings, errors)),
        Pat::TupleStruct(list) => {
            list.elems.iter_mut().for_each(|pat| bind(pat, bindings, errors));
        }
        Pat::Struct(fields) => {
            for field in &mut fields.fields {
                bind(&mut field.pat, bindings, errors);
            }
        }
        Pat::Or(cases) => {
            // Every case binds the same names; the first one tells them, and `mut` stays in place.
            if let Some(first) = cases.cases.first() {
                bind(&mut first.clone(), bindings, errors);
            }
        }
        Pat::Wild(_) | Pat::Rest(_) | Pat::Lit(_) | Pat::Path(_) | Pat::Range(_) => {}
        // FAIL CLOSED: what cannot be read might bind a name that the authority never sees.
        other => errors.push(diag::fun::opaque_pattern(other.span())),
    }
}
