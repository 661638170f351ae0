//! Lifetimes that a signature leaves out, written down: a struct's fields cannot leave them out, and
//! a boxed future must say what it borrows.

use proc_macro2::Span;
use syn::{
    GenericArgument, Lifetime, PathArguments, ReturnType, Type, TypeParamBound,
    punctuated::Punctuated,
};

use super::parse::Whole;

// Input:  `&str`, `Cow<'_, str>`, `&mut [&Order]`
// Output: `&'fc str`, `Cow<'fc, str>`, `&'fc mut [&'fc Order]`
pub(crate) fn name(ty: &mut Type, lifetime: &Lifetime) {
    match ty {
        Type::Reference(reference) => {
            named(reference.lifetime.get_or_insert_with(|| lifetime.clone()), lifetime);
            name(&mut reference.elem, lifetime);
        }
        Type::Path(path) => {
            if let Some(qself) = &mut path.qself {
                name(&mut qself.ty, lifetime);
            }
            in_path(&mut path.path, lifetime);
        }
        Type::Tuple(tuple) => tuple.elems.iter_mut().for_each(|ty| name(ty, lifetime)),
        Type::Array(array) => name(&mut array.elem, lifetime),
        Type::Slice(slice) => name(&mut slice.elem, lifetime),
        Type::Paren(inner) => name(&mut inner.elem, lifetime),
        Type::Group(inner) => name(&mut inner.elem, lifetime),
        Type::Ptr(pointer) => name(&mut pointer.elem, lifetime),
        Type::TraitObject(object) => in_bounds(&mut object.bounds, lifetime),
        // What a function pointer leaves out is its own; the rest has no lifetimes to name, or is
        // refused elsewhere, or by the compiler.
        _ => {}
    }
}

/// The type a function returns, with its lifetimes named. `()` where none is written.
pub(crate) fn output(output: &ReturnType, lifetime: &Lifetime) -> Type {
    match output {
        ReturnType::Default => syn::parse_quote!(()),
        ReturnType::Type(_, ty) => {
            let mut ty = (**ty).clone();
            name(&mut ty, lifetime);
            ty
        }
    }
}

fn named(place: &mut Lifetime, lifetime: &Lifetime) {
    if place.ident == "_" {
        *place = lifetime.clone();
    }
}

fn in_path(path: &mut syn::Path, lifetime: &Lifetime) {
    for segment in &mut path.segments {
        // `Fn(&str) -> &str` leaves out lifetimes of its own.
        let PathArguments::AngleBracketed(arguments) = &mut segment.arguments else { continue };
        for argument in &mut arguments.args {
            match argument {
                GenericArgument::Lifetime(place) => named(place, lifetime),
                GenericArgument::Type(ty) => name(ty, lifetime),
                GenericArgument::AssocType(assoc) => name(&mut assoc.ty, lifetime),
                _ => {}
            }
        }
    }
}

fn in_bounds(bounds: &mut Punctuated<TypeParamBound, syn::Token![+]>, lifetime: &Lifetime) {
    for bound in bounds {
        match bound {
            TypeParamBound::Trait(bound) => in_path(&mut bound.path, lifetime),
            TypeParamBound::Lifetime(place) => named(place, lifetime),
            _ => {}
        }
    }
}

/// A method that `#[async_trait]` left behind, by the lifetime that only it declares.
pub(crate) fn of_async_trait(whole: &Whole) -> Option<Span> {
    whole.functions().find_map(|function| {
        let mut lifetimes = function.sig.generics.lifetimes();
        let left = lifetimes.any(|param| param.lifetime.ident == "async_trait");
        left.then(|| function.sig.ident.span())
    })
}

/// Whether `impl Trait` stands somewhere in a type.
pub(crate) fn is_opaque(ty: &Type) -> bool {
    let tokens = quote::ToTokens::to_token_stream(ty);
    super::names::find(tokens, &["impl".to_owned()]).is_some()
}
