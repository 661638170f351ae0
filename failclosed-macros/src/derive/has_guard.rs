//! `#[derive(HasGuard)]`: a field as the guard of a struct's methods.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::{
    Data, DeriveInput, GenericArgument, Index, Meta, Path, PathArguments, Type, spanned::Spanned,
};

use crate::{
    diag::{self, Errors},
    path::CratePath,
};

// Input:
//     #[derive(HasGuard)] struct Shop { #[guard] guard: Guard }
// Output:
//     impl HasGuard for Shop { fn guard(&self) -> &Guard { HasGuard::guard(&self.guard) } }
// and, where the field is a `Guard<Payments>`,
//     impl HasGuard<Payments> for Shop { fn guard(&self) -> &Guard<Payments> { .. } }
pub(crate) fn expand(input: TokenStream) -> TokenStream {
    let input: DeriveInput = match syn::parse2(input) {
        Ok(input) => input,
        Err(error) => return error.to_compile_error(),
    };
    let mut errors = Errors::new();
    let krate = errors.keep(crate_path(&input)).unwrap_or_else(CratePath::facade);
    let guard = errors.keep(guard_field(&input));
    if let Err(errors) = errors.finish() {
        return errors;
    }
    let (field, domain) = guard.unzip();
    let domain = domain.flatten();
    let private = krate.private();
    let ident = &input.ident;
    let here = Span::mixed_site().located_at(field.as_ref().map_or(ident.span(), Spanned::span));
    let borrowed = quote_spanned!(here=> &self.#field);
    let (generics, arguments, bounds) = input.generics.split_for_impl();
    quote_spanned! {Span::mixed_site()=>
        #[automatically_derived]
        impl #generics #private::HasGuard #domain for #ident #arguments #bounds {
            fn guard(&self) -> &#private::Guard #domain {
                #private::HasGuard::guard(#borrowed)
            }
        }
    }
}

/// The one field marked `#[guard]`, by its name or its position, and the domain of its guard.
fn guard_field(input: &DeriveInput) -> syn::Result<(TokenStream, Option<TokenStream>)> {
    let data = match &input.data {
        Data::Struct(data) => data,
        Data::Enum(data) => {
            return Err(diag::derived::not_a_struct(data.enum_token.span(), "HasGuard"));
        }
        Data::Union(data) => {
            return Err(diag::derived::not_a_struct(data.union_token.span(), "HasGuard"));
        }
    };
    let mut marked = None;
    for (index, field) in data.fields.iter().enumerate() {
        for attr in field.attrs.iter().filter(|attr| attr.path().is_ident("guard")) {
            if !matches!(attr.meta, Meta::Path(_)) {
                return Err(diag::derived::guard_with_options(attr.span()));
            }
            if marked.is_some() {
                return Err(diag::derived::two_guard_fields(attr.span()));
            }
            let name = match &field.ident {
                Some(ident) => quote!(#ident),
                None => {
                    let index = Index::from(index);
                    quote_spanned!(field.ty.span()=> #index)
                }
            };
            marked = Some((name, domain_in(&field.ty)));
        }
    }
    marked.ok_or_else(|| diag::derived::no_guard_field(input.ident.span()))
}

/// The `<Payments>` of `Guard<Payments>`, also behind a pointer. A guard of another name, or in a struct
/// of its own, is taken for one of no domain; if it is none, the types do not fit.
fn domain_in(ty: &Type) -> Option<TokenStream> {
    match ty {
        Type::Reference(inner) => domain_in(&inner.elem),
        Type::Group(inner) => domain_in(&inner.elem),
        Type::Paren(inner) => domain_in(&inner.elem),
        Type::Path(path) => {
            let last = path.path.segments.last()?;
            let PathArguments::AngleBracketed(arguments) = &last.arguments else { return None };
            if last.ident == "Guard" {
                return Some(arguments.to_token_stream());
            }
            arguments.args.iter().find_map(|argument| match argument {
                GenericArgument::Type(ty) => domain_in(ty),
                _ => None,
            })
        }
        _ => None,
    }
}

fn crate_path(input: &DeriveInput) -> syn::Result<CratePath> {
    let mut krate = CratePath::facade();
    for attr in input.attrs.iter().filter(|attr| attr.path().is_ident("has_guard")) {
        attr.parse_nested_meta(|meta| {
            if !meta.path.is_ident("crate") {
                return Err(diag::derived::unknown_option(&meta.path, &["crate"]));
            }
            krate = CratePath::at(meta.value()?.call(Path::parse_mod_style)?)?;
            Ok(())
        })?;
    }
    Ok(krate)
}
