//! `#[derive(Action)]`: a struct as an action, its fields as the arguments.

use proc_macro2::{Span, TokenStream, TokenTree};
use quote::{quote, quote_spanned};
use syn::{
    Data, DeriveInput, Field, Fields, GenericParam, Ident, LitStr, Path, Token,
    ext::IdentExt,
    meta::ParseNestedMeta,
    parenthesized,
    parse::{ParseStream, Parser},
    spanned::Spanned,
};

use crate::{
    diag::{self, Errors},
    path::CratePath,
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
    if let Some(ResourceField { field: resource, .. }) = &options.resource
        && shown.iter().any(|shown| shown.masked && is(shown.field, resource))
    {
        errors.push(diag::arg::masked_resource(resource.span()));
    }
    for param in &input.generics.params {
        if !matches!(param, GenericParam::Lifetime(_)) {
            errors.push(diag::derived::generic(param.span()));
        }
    }
    if let Some(ResourceField { field: resource, .. }) = &options.resource {
        let names = fields.into_iter().flatten().filter_map(|field| field.ident.as_ref());
        let known: Vec<String> = names.map(|name| name.unraw().to_string()).collect();
        if !known.contains(&resource.unraw().to_string()) {
            errors.push(diag::derived::unknown_field(resource, &known));
        }
    }
    match errors.finish() {
        Ok(()) => implementations(&input, &options, &shown),
        Err(errors) => errors,
    }
}

struct Options {
    name: Option<LitStr>,
    resource: Option<ResourceField>,
    krate: CratePath,
}

/// `resource = vendor`, `resource = ("Vendor", vendor)`
struct ResourceField {
    kind: Option<LitStr>,
    field: Ident,
}

impl ResourceField {
    fn parse(value: ParseStream<'_>) -> syn::Result<Self> {
        // Up to the next option, so that what is wrong is said of all of it.
        let mut tokens = TokenStream::new();
        while !value.is_empty() && !value.peek(Token![,]) {
            tokens.extend([value.parse::<TokenTree>()?]);
        }
        let wrong = |_| diag::derived::not_a_field(tokens.span());
        let pair = |inside: ParseStream<'_>| {
            let within;
            parenthesized!(within in inside);
            let kind: LitStr = within.parse()?;
            within.parse::<Token![,]>()?;
            let field = within.parse()?;
            within.parse::<Option<Token![,]>>()?;
            Ok(Self { kind: Some(kind), field })
        };
        let read = match syn::parse2::<Ident>(tokens.clone()) {
            Ok(field) => Self { kind: None, field },
            Err(_) => pair.parse2(tokens.clone()).map_err(wrong)?,
        };
        match &read.kind {
            Some(kind) if !text::is_name(&kind.value()) => {
                Err(diag::arg::unseen_name(kind.span(), "the resource"))
            }
            Some(_) | None => Ok(read),
        }
    }
}

impl Options {
    fn parse(input: &DeriveInput, errors: &mut Errors) -> Self {
        let mut options = Self { name: None, resource: None, krate: CratePath::facade() };
        let mut failed = false;
        for attr in input.attrs.iter().filter(|attr| attr.path().is_ident("action")) {
            let read = attr.parse_nested_meta(|meta| options.read(&meta));
            failed |= errors.keep(read).is_none();
        }
        if let (None, false) = (&options.name, failed) {
            errors.push(diag::derived::missing_name(input.ident.span()));
        }
        options
    }

    fn read(&mut self, meta: &ParseNestedMeta<'_>) -> syn::Result<()> {
        let duplicate = || diag::derived::duplicate_option(meta.path.span());
        if meta.path.is_ident("name") {
            let name: LitStr = meta.value()?.parse()?;
            let text = name.value();
            if !crate::args::is_action_name(&text) {
                return Err(diag::arg::blank_action(name.span()));
            }
            if self.name.replace(name).is_some() {
                return Err(duplicate());
            }
        } else if meta.path.is_ident("resource") {
            if self.resource.replace(ResourceField::parse(meta.value()?)?).is_some() {
                return Err(duplicate());
            }
        } else if meta.path.is_ident("crate") {
            let path = meta.value()?.call(Path::parse_mod_style)?;
            self.krate = CratePath::at(path)?;
        } else {
            // FAIL CLOSED: an option that is not understood.
            return Err(diag::derived::unknown_option(&meta.path, &["name", "resource", "crate"]));
        }
        Ok(())
    }
}

fn named_fields(input: &DeriveInput) -> syn::Result<&Fields> {
    match &input.data {
        Data::Struct(data) => match &data.fields {
            Fields::Unnamed(fields) => Err(diag::derived::unnamed_fields(fields.span())),
            fields @ (Fields::Named(_) | Fields::Unit) => Ok(fields),
        },
        Data::Enum(data) => Err(diag::derived::not_a_struct(data.enum_token.span(), "Action")),
        Data::Union(data) => Err(diag::derived::not_a_struct(data.union_token.span(), "Action")),
    }
}

/// A field that is an argument.
struct Shown<'a> {
    field: &'a Field,
    /// Whether people and logs see a mask in its place.
    masked: bool,
}

fn shown<'a>(fields: &'a Fields, errors: &mut Errors) -> Vec<Shown<'a>> {
    let mut shown = Vec::new();
    for field in fields {
        match errors.keep(Said::about(field)).unwrap_or_default() {
            Said { skip: true, .. } => {}
            Said { mask: masked, .. } => shown.push(Shown { field, masked }),
        }
    }
    shown
}

/// What `#[action(..)]` says about a field.
#[derive(Default)]
struct Said {
    skip: bool,
    mask: bool,
}

impl Said {
    fn about(field: &Field) -> syn::Result<Self> {
        let mut said = Self::default();
        for attr in field.attrs.iter().filter(|attr| attr.path().is_ident("action")) {
            attr.parse_nested_meta(|meta| {
                if meta.path.is_ident("skip") {
                    said.skip = true;
                } else if meta.path.is_ident("mask") {
                    said.mask = true;
                } else {
                    // FAIL CLOSED: a misspelt `skip` is no `skip`, and no secret is shown for it.
                    return Err(diag::derived::unknown_option(&meta.path, &["skip", "mask"]));
                }
                if said.skip && said.mask {
                    return Err(diag::derived::skipped_and_masked(meta.path.span()));
                }
                Ok(())
            })?;
        }
        Ok(said)
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
        }
    }
}
