//! How a function awaits: which of the three forms it has, and what it finally returns.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::{
    GenericArgument, Path, PathArguments, ReturnType, Signature, Type, TypeParamBound,
    punctuated::Punctuated, spanned::Spanned,
};

use crate::diag;

/// Where the check goes.
pub(crate) enum Shape {
    /// `async fn`: before the body's statements.
    Async,
    /// `-> Pin<Box<dyn Future<..>>>`, which is also what `#[async_trait]` and `#[tool]` leave below
    /// them: the whole body moves behind the check.
    Boxed,
    /// `-> impl Future<..>`: as above, without the box.
    Opaque,
}

/// What a guarded function returns once it has been awaited.
pub(crate) struct Output(Option<Type>);

impl Shape {
    /// # Errors
    /// Every form that the check cannot be put before.
    pub(crate) fn of(sig: &Signature) -> syn::Result<(Self, Output)> {
        let returned = match &sig.output {
            ReturnType::Default => None,
            ReturnType::Type(_, ty) => Some(&**ty),
        };
        if sig.asyncness.is_some() {
            return Ok((Self::Async, Output(returned.cloned())));
        }
        let not_async = || diag::fun::not_async(sig.fn_token.span());
        let returned = returned.ok_or_else(not_async)?;
        match bare(returned) {
            Type::ImplTrait(opaque) => match Awaited::of(&opaque.bounds) {
                Some(Awaited::Future(output)) => Ok((Self::Opaque, Output(Some(*output)))),
                Some(Awaited::Stream) => Err(diag::fun::bare_stream(opaque.span())),
                None => Err(not_async()),
            },
            Type::Path(path) => match boxed(&path.path) {
                Some(Awaited::Future(output)) => Ok((Self::Boxed, Output(Some(*output)))),
                Some(Awaited::Stream) => Err(diag::fun::bare_stream(path.span())),
                None => Err(not_async()),
            },
            // FAIL CLOSED: what is not known to be awaited cannot be put behind an awaited check.
            _ => Err(not_async()),
        }
    }
}

/// A type that a `macro_rules!` passed on comes in an invisible group.
fn bare(ty: &Type) -> &Type {
    match ty {
        Type::Group(inner) => bare(&inner.elem),
        Type::Paren(inner) => bare(&inner.elem),
        ty => ty,
    }
}

enum Awaited {
    Future(Box<Type>),
    Stream,
}

impl Awaited {
    fn of(bounds: &Punctuated<TypeParamBound, syn::Token![+]>) -> Option<Self> {
        bounds.iter().find_map(|bound| {
            let TypeParamBound::Trait(bound) = bound else { return None };
            let last = bound.path.segments.last()?;
            if last.ident == "Stream" {
                return Some(Self::Stream);
            }
            let PathArguments::AngleBracketed(arguments) = &last.arguments else { return None };
            if last.ident != "Future" {
                return None;
            }
            arguments.args.iter().find_map(|argument| match argument {
                GenericArgument::AssocType(output) if output.ident == "Output" => {
                    Some(Self::Future(Box::new(output.ty.clone())))
                }
                _ => None,
            })
        })
    }
}

/// `Pin<Box<dyn Future<Output = R> + ..>>`, `BoxFuture<'_, R>`, `LocalBoxFuture<'_, R>`.
fn boxed(path: &Path) -> Option<Awaited> {
    let last = path.segments.last()?;
    let inner = last_type(path)?;
    match last.ident.to_string().as_str() {
        "BoxFuture" | "LocalBoxFuture" => Some(Awaited::Future(Box::new(inner.clone()))),
        "BoxStream" | "LocalBoxStream" => Some(Awaited::Stream),
        "Pin" => {
            let Type::Path(inner) = bare(inner) else { return None };
            if inner.path.segments.last()?.ident != "Box" {
                return None;
            }
            match bare(last_type(&inner.path)?) {
                Type::TraitObject(object) => Awaited::of(&object.bounds),
                _ => None,
            }
        }
        _ => None,
    }
}

fn last_type(path: &Path) -> Option<&Type> {
    let PathArguments::AngleBracketed(arguments) = &path.segments.last()?.arguments else {
        return None;
    };
    arguments.args.iter().rev().find_map(|argument| match argument {
        GenericArgument::Type(ty) => Some(ty),
        _ => None,
    })
}

impl Output {
    pub(crate) fn is_unit(&self) -> bool {
        match &self.0 {
            None => true,
            Some(Type::Tuple(tuple)) => tuple.elems.is_empty(),
            Some(_) => false,
        }
    }

    /// The type as it may be written inside the body: `impl Trait` has no name there.
    pub(crate) fn named(&self) -> TokenStream {
        match &self.0 {
            None => quote!(()),
            Some(ty) => {
                let mut ty = ty.clone();
                erase(&mut ty);
                ty.to_token_stream()
            }
        }
    }

    /// Whether the type can be written down whole.
    pub(crate) fn is_nameable(&self) -> bool {
        self.0.as_ref().is_none_or(|ty| {
            let mut erased = ty.clone();
            erase(&mut erased);
            erased.to_token_stream().to_string() == ty.to_token_stream().to_string()
        })
    }
}

// Input:  `Result<impl Stream<Item = u8>, E>`
// Output: `Result<_, E>`
fn erase(ty: &mut Type) {
    match ty {
        Type::ImplTrait(_) => *ty = syn::parse_quote!(_),
        Type::Group(inner) => erase(&mut inner.elem),
        Type::Paren(inner) => erase(&mut inner.elem),
        Type::Reference(inner) => erase(&mut inner.elem),
        Type::Tuple(inner) => inner.elems.iter_mut().for_each(erase),
        Type::Array(inner) => erase(&mut inner.elem),
        Type::Slice(inner) => erase(&mut inner.elem),
        Type::Path(path) => {
            for segment in &mut path.path.segments {
                if let PathArguments::AngleBracketed(arguments) = &mut segment.arguments {
                    for argument in &mut arguments.args {
                        if let GenericArgument::Type(ty) = argument {
                            erase(ty);
                        }
                    }
                }
            }
        }
        // No place for `impl Trait`, or none that rustc accepts.
        _ => {}
    }
}
