//! What `#[derive(Action)]` is told: `#[action(..)]` on the struct and on its fields.

use proc_macro2::{TokenStream, TokenTree};
use syn::{
    Data, DeriveInput, Field, Fields, Ident, LitStr, Path, Token,
    meta::ParseNestedMeta,
    parenthesized,
    parse::{ParseStream, Parser},
    spanned::Spanned,
};

use crate::{
    args,
    diag::{self, Errors},
    path::CratePath,
    text,
};

pub struct Options {
    pub name: Option<LitStr>,
    pub resource: Option<ResourceField>,
    /// Which one of its kind it is.
    pub instance: Option<Ident>,
    pub krate: CratePath,
}

/// `resource = vendor`, `resource = ("Vendor", vendor)`
pub struct ResourceField {
    pub kind: Option<LitStr>,
    pub field: Ident,
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
    pub fn parse(input: &DeriveInput, errors: &mut Errors) -> Self {
        let mut options =
            Self { name: None, resource: None, instance: None, krate: CratePath::facade() };
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
            if !args::is_action_name(&text) {
                return Err(diag::arg::blank_action(name.span()));
            }
            if self.name.replace(name).is_some() {
                return Err(duplicate());
            }
        } else if meta.path.is_ident("resource") {
            if self.resource.replace(ResourceField::parse(meta.value()?)?).is_some() {
                return Err(duplicate());
            }
        } else if meta.path.is_ident("instance") {
            if self.instance.replace(meta.value()?.parse()?).is_some() {
                return Err(duplicate());
            }
        } else if meta.path.is_ident("crate") {
            let path = meta.value()?.call(Path::parse_mod_style)?;
            self.krate = CratePath::at(path)?;
        } else {
            // FAIL CLOSED: an option that is not understood.
            return Err(diag::derived::unknown_option(
                &meta.path,
                &["name", "resource", "instance", "crate"],
            ));
        }
        Ok(())
    }
}

pub fn named_fields(input: &DeriveInput) -> syn::Result<&Fields> {
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
pub struct Shown<'a> {
    pub field: &'a Field,
    /// Whether people and logs see a mask in its place.
    pub masked: bool,
}

pub fn shown<'a>(fields: &'a Fields, errors: &mut Errors) -> Vec<Shown<'a>> {
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
pub struct Said {
    pub skip: bool,
    pub mask: bool,
}

impl Said {
    pub fn about(field: &Field) -> syn::Result<Self> {
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
