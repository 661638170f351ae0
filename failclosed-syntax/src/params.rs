//! What the parameters of a function bind, and the one that takes the permit.

use syn::{
    Attribute, FnArg, GenericParam, Ident, Meta, Pat, Signature, Token, Type,
    punctuated::Punctuated, spanned::Spanned,
};

use crate::diag::{self, Errors};
use attrs::ParamAttrs;

pub mod attrs;
pub mod shared;

/// The parameters, as the check and the body need them.
pub struct Params {
    /// `self`, as the signature spells it.
    pub receiver: Option<Token![self]>,
    /// `const N: usize`: chosen by the caller like any other, and never bound anew.
    pub constants: Vec<Binding>,
    pub bindings: Vec<Binding>,
    pub permit: Option<PermitParam>,
}

/// A name that a parameter binds.
#[derive(Clone)]
pub struct Binding {
    pub ident: Ident,
    pub mutability: Option<Token![mut]>,
    /// What decides whether it exists.
    pub cfgs: Vec<Attribute>,
    /// Lint levels for it.
    pub lints: Vec<Attribute>,
    /// The word in its parameter's type that says that it is shared state, and no argument.
    pub shared: Option<Ident>,
    /// The word `Permit` in its parameter's type.
    pub permit: Option<Ident>,
    /// The names that its own pattern takes out of it: `vendor` of `order @ Order { vendor, .. }`.
    pub parts: Vec<Ident>,
}

impl Binding {
    /// One that is there as it stands.
    pub fn of(ident: Ident) -> Self {
        Self {
            ident,
            mutability: None,
            cfgs: Vec::new(),
            lints: Vec::new(),
            shared: None,
            permit: None,
            parts: Vec::new(),
        }
    }

    /// One parameter that is a name.
    pub fn of_type(ident: Ident, ty: &Type) -> Self {
        Self { shared: shared::in_type(ty), permit: shared::permit_in(ty), ..Self::of(ident) }
    }
}

/// `#[permit] permit: Permit<'_, Purchase>`
pub struct PermitParam {
    pub ident: Ident,
    pub mutability: Option<Token![mut]>,
    pub ty: Type,
    pub cfgs: Vec<Attribute>,
    pub lints: Vec<Attribute>,
}

impl Params {
    /// Takes the `#[permit]` parameter out of the signature, and `mut` out of its patterns: the
    /// body binds every name anew, `mut` where it was, so that lints about unused ones still fire.
    pub fn take(sig: &mut Signature, errors: &mut Errors) -> Self {
        let constants = constants(sig);
        let mut params = Self { receiver: None, constants, bindings: Vec::new(), permit: None };
        let mut inputs = Punctuated::new();
        for input in std::mem::take(&mut sig.inputs) {
            match input {
                FnArg::Receiver(receiver) => {
                    if let Some(attr) = attrs::conditions(&receiver.attrs).first() {
                        // FAIL CLOSED: whose guard asks would depend on the build.
                        errors.push(diag::fun::conditional_receiver(attr.path().span()));
                    }
                    params.receiver = Some(receiver.self_token);
                    inputs.push(FnArg::Receiver(receiver));
                }
                FnArg::Typed(mut typed) => {
                    let marked = typed.attrs.iter().position(|attr| attr.path().is_ident("permit"));
                    let marker = marked.map(|index| typed.attrs.remove(index));
                    let about = ParamAttrs::sort(std::mem::take(&mut typed.attrs), errors);
                    if let Some(marker) = marker {
                        if !matches!(marker.meta, Meta::Path(_)) {
                            errors.push(diag::fun::permit_options(marker.span()));
                        }
                        let read = permit_param(*typed.pat, *typed.ty, about);
                        if params.permit.is_some() {
                            errors.push(diag::fun::two_permits(marker.span()));
                        }
                        params.permit = errors.keep(read);
                        continue;
                    }
                    typed.attrs.clone_from(&about.kept);
                    let before = params.bindings.len();
                    let mut bound =
                        Bound { about, shared: None, permit: None, bindings: &mut params.bindings };
                    bound.bind_typed(&mut typed.pat, &typed.ty, errors);
                    if let Some([one, two, more @ ..]) = params.bindings.get_mut(before..) {
                        // What is expected of the pattern need not be true of each name in it.
                        let bound = [one, two].into_iter().chain(more);
                        bound.flat_map(|binding| &mut binding.lints).for_each(attrs::allowed);
                    }
                    inputs.push(FnArg::Typed(typed));
                }
            }
        }
        sig.inputs = inputs;
        params
    }
}

// `async fn pay<const CENTS: u64>()`
fn constants(sig: &Signature) -> Vec<Binding> {
    let params = sig.generics.params.iter();
    let constant = |param: &GenericParam| match param {
        GenericParam::Const(constant) => Some(Binding {
            cfgs: attrs::conditions(&constant.attrs),
            ..Binding::of(constant.ident.clone())
        }),
        GenericParam::Lifetime(_) | GenericParam::Type(_) => None,
    };
    params.filter_map(constant).collect()
}

fn permit_param(pat: Pat, ty: Type, about: ParamAttrs) -> syn::Result<PermitParam> {
    match pat {
        Pat::Ident(name) if name.by_ref.is_none() && name.subpat.is_none() => Ok(PermitParam {
            ident: name.ident,
            mutability: name.mutability,
            ty,
            cfgs: about.cfgs,
            lints: about.lints,
        }),
        other => Err(diag::fun::permit_pattern(other.span())),
    }
}

/// Finds what the pattern of one parameter binds.
struct Bound<'b> {
    about: ParamAttrs,
    shared: Option<Ident>,
    permit: Option<Ident>,
    bindings: &'b mut Vec<Binding>,
}

impl Bound<'_> {
    /// A pattern of a type: of a tuple, each part for itself.
    fn bind_typed(&mut self, pat: &mut Pat, ty: &Type, errors: &mut Errors) {
        match (shared::apart(pat, ty), pat) {
            (Some(types), Pat::Tuple(list)) => {
                for (pat, ty) in list.elems.iter_mut().zip(types) {
                    self.bind_typed(pat, ty, errors);
                }
            }
            (_, pat) => {
                (self.shared, self.permit) = (shared::in_type(ty), shared::permit_in(ty));
                self.bind(pat, errors);
            }
        }
    }

    // Input:  `Json(Order { mut vendor, .. })`
    // Output: `Json(Order { vendor, .. })`, and the binding `mut vendor`
    fn bind(&mut self, pat: &mut Pat, errors: &mut Errors) {
        match pat {
            Pat::Ident(name) => {
                // `ref mut x` binds a reference, and the reference is not `mut`.
                let mutability = if name.by_ref.is_some() { None } else { name.mutability.take() };
                self.bindings.push(Binding {
                    ident: name.ident.clone(),
                    mutability,
                    cfgs: self.about.cfgs.clone(),
                    lints: self.about.lints.clone(),
                    shared: self.shared.clone(),
                    permit: self.permit.clone(),
                    parts: Vec::new(),
                });
                if let Some((_, inner)) = &mut name.subpat {
                    let before = self.bindings.len();
                    self.bind(inner, errors);
                    if let Some((whole, parts)) = self
                        .bindings
                        .split_at_mut_checked(before)
                        .and_then(|(whole, parts)| Some((whole.last_mut()?, parts)))
                    {
                        whole.parts = parts.iter().map(|part| part.ident.clone()).collect();
                    }
                }
            }
            Pat::Paren(inner) => self.bind(&mut inner.pat, errors),
            Pat::Reference(inner) => self.bind(&mut inner.pat, errors),
            Pat::Type(inner) => self.bind(&mut inner.pat, errors),
            Pat::Slice(list) => list.elems.iter_mut().for_each(|pat| self.bind(pat, errors)),
            Pat::Tuple(list) => list.elems.iter_mut().for_each(|pat| self.bind(pat, errors)),
            Pat::TupleStruct(list) => {
                list.elems.iter_mut().for_each(|pat| self.bind(pat, errors));
            }
            Pat::Struct(fields) => {
                for field in &mut fields.fields {
                    self.bind_field(&mut field.attrs, &mut field.pat, errors);
                }
            }
            Pat::Or(cases) => {
                // Every case binds the same names; the first one tells them, and `mut` stays in place.
                if let Some(first) = cases.cases.first() {
                    self.bind(&mut first.clone(), errors);
                }
            }
            Pat::Wild(_) | Pat::Rest(_) | Pat::Lit(_) | Pat::Path(_) | Pat::Range(_) => {}
            // FAIL CLOSED: what cannot be read might bind a name that the authority never sees.
            other => errors.push(diag::fun::opaque_pattern(other.span())),
        }
    }

    /// `Order { #[cfg(unix)] vendor, .. }`: a field of a pattern has attributes of its own.
    fn bind_field(&mut self, attrs: &mut Vec<Attribute>, pat: &mut Pat, errors: &mut Errors) {
        let own = ParamAttrs::sort(std::mem::take(attrs), errors);
        *attrs = own.kept;
        let outer = self.about.clone();
        self.about.cfgs.extend(own.cfgs);
        self.about.lints.extend(own.lints);
        self.bind(pat, errors);
        self.about = outer;
    }
}
