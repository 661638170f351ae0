//! `#[derive(Action)]`: a struct as an action, its fields as the arguments.

use failclosed_syntax::action::{Options, ResourceField, Shown, named_fields, shown};
use proc_macro2::{Span, TokenStream};
use quote::{quote, quote_spanned};
use syn::{DeriveInput, Field, GenericParam, Ident, ext::IdentExt, spanned::Spanned};

use crate::{
    diag::{self, Errors},
    text,
};

// Input:
//     #[derive(Action)] #[action(name = "purchase", resource = vendor)]
//     struct Purchase<'a> { vendor: &'a str, amount: u64 }
// Output:
//     impl<'a> Arguments for Purchase<'a> {
//         fn argument(&self, index: usize) -> Option<(&'static str, &dyn Argument)> {
//             match index {
//                 0 => Some(("vendor", &self.vendor)),
//                 1 => Some(("amount", &self.amount)),
//                 _ => None,
//             }
//         }
//     }
//     impl<'a> Action for Purchase<'a> {
//         const NAME: &'static str = "purchase";
//         type Key = Purchase<'static>;
//         fn resource(&self) -> Option<Resource<'_>> { resource_of(&self.vendor) }
//     }
pub(crate) fn expand(input: TokenStream) -> TokenStream {
    let input: DeriveInput = match syn::parse2(input) {
        Ok(input) => input,
        Err(error) => return error.to_compile_error(),
    };
    let mut errors = Errors::new();
    let options = Options::parse(&input, &mut errors);
    let fields = errors.keep(named_fields(&input));
    let shown = fields.map(|fields| shown(fields, &mut errors)).unwrap_or_default();
    let is = |field: &Field, name: &Ident| {
        field.ident.as_ref().is_some_and(|other| other.unraw() == name.unraw())
    };
    for name in shown.iter().filter_map(|shown| shown.field.ident.as_ref()) {
        if !text::is_name(&name.unraw().to_string()) {
            errors.push(diag::arg::unseen_name(name.span(), "the argument's name"));
        }
    }
    let is_masked = |name: &Ident| shown.iter().any(|shown| shown.masked && is(shown.field, name));
    let resource = options.resource.as_ref().map(|resource| &resource.field);
    if let Some(resource) = resource.filter(|name| is_masked(name)) {
        errors.push(diag::arg::masked_resource(resource.span()));
    }
    if let Some(instance) = options.instance.as_ref().filter(|name| is_masked(name)) {
        errors.push(diag::arg::masked_instance(instance.span()));
    }
    for param in &input.generics.params {
        if !matches!(param, GenericParam::Lifetime(_)) {
            errors.push(diag::derived::generic(param.span()));
        }
    }
    for named in resource.into_iter().chain(&options.instance) {
        let names = fields.into_iter().flatten().filter_map(|field| field.ident.as_ref());
        let known: Vec<String> = names.map(|name| name.unraw().to_string()).collect();
        if !known.contains(&named.unraw().to_string()) {
            errors.push(diag::derived::unknown_field(named, &known));
        }
    }
    match errors.finish() {
        Ok(()) => implementations(&input, &options, &shown),
        Err(errors) => errors,
    }
}

fn implementations(input: &DeriveInput, options: &Options, shown: &[Shown<'_>]) -> TokenStream {
    let private = options.krate.private();
    let ident = &input.ident;
    let name = &options.name;
    let (generics, arguments, bounds) = input.generics.split_for_impl();
    let site = Span::mixed_site();
    let lifetimes = input.generics.lifetimes().map(|_| quote!('static));
    let key = if input.generics.params.is_empty() {
        quote_spanned!(site=> Self)
    } else {
        quote_spanned!(site=> #ident<#(#lifetimes),*>)
    };
    let masked = shown.iter().enumerate().filter(|(_, shown)| shown.masked);
    let masked: Vec<usize> = masked.map(|(index, _)| index).collect();
    let masked = (!masked.is_empty()).then(|| {
        quote_spanned! {site=>
            fn is_masked(&self, index: ::core::primitive::usize) -> ::core::primitive::bool {
                match index {
                    #(#masked)|* => true,
                    _ => false,
                }
            }
        }
    });
    let named = shown.iter().filter_map(|shown| shown.field.ident.as_ref());
    let arms = named.enumerate().map(|(index, field)| {
        let text = field.unraw().to_string();
        let here = Span::mixed_site().located_at(field.span());
        let value = quote_spanned! {here=> (#text, &self.#field as &dyn #private::Argument)};
        quote_spanned!(site=> #index => ::core::option::Option::Some(#value),)
    });
    let resource = options.resource.as_ref().map(|ResourceField { kind, field }| {
        let here = site.located_at(field.span());
        let borrowed = quote_spanned!(here=> &self.#field);
        let named = match kind {
            Some(kind) => quote_spanned!(site=> #private::resource_of_kind(#kind, #borrowed)),
            None => quote_spanned!(site=> #private::resource_of(#borrowed)),
        };
        quote_spanned! {site=>
            fn resource(&self) -> ::core::option::Option<#private::Resource<'_>> {
                #named
            }
        }
    });
    let instance = options.instance.as_ref().map(|field| {
        let here = site.located_at(field.span());
        let borrowed = quote_spanned!(here=> &self.#field);
        quote_spanned! {site=>
            fn instance(
                &self,
            ) -> ::core::option::Option<::std::borrow::Cow<'_, ::core::primitive::str>> {
                #private::instance_of(#borrowed)
            }
        }
    });
    quote_spanned! {site=>
        #[automatically_derived]
        impl #generics #private::Arguments for #ident #arguments #bounds {
            fn argument(
                &self,
                index: ::core::primitive::usize,
            ) -> ::core::option::Option<#private::NamedArgument<'_>> {
                match index {
                    #(#arms)*
                    _ => ::core::option::Option::None,
                }
            }

            #masked
        }

        #[automatically_derived]
        impl #generics #private::Action for #ident #arguments #bounds {
            const NAME: &'static ::core::primitive::str = #name;
            type Key = #key;
            #resource
            #instance
        }
    }
}
