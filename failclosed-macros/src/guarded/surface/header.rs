//! Rules of a guarded trait's header, and of the names in it.

use proc_macro2::{Span, TokenStream};
use quote::ToTokens;
use syn::{ItemTrait, TypeParamBound, spanned::Spanned};

use super::check::{Action, Kind, Method};
use crate::{
    diag::{self, Errors},
    guarded::{names, options::Options},
};

// `unsafe trait Payments<K>: Store where K: Kind`
pub(super) fn check_header(options: &Options, header: &ItemTrait, errors: &mut Errors) {
    let unused = [
        ("guard", "write `guard.wrap(value)` where the value is made"),
        ("default", "mark each method: callers cannot tell which of them ask"),
    ];
    options.refuse(&unused, "a trait", errors);
    for attr in &header.attrs {
        if attr.path().segments.last().is_some_and(|last| last.ident == "async_trait") {
            errors.push(diag::guarded::async_trait(attr.path().span()));
        }
    }
    // Everything before the word `trait` but the attributes and the visibility.
    let words = header.to_token_stream();
    if let Some((span, word)) = modifier(header, words) {
        errors.push(diag::guarded::modifier(span, &format!("{word} trait")));
    }
    if !header.generics.params.is_empty() {
        errors.push(diag::guarded::generic_trait(header.generics.params.span()));
    } else if let Some(clause) = &header.generics.where_clause {
        errors.push(diag::guarded::generic_trait(clause.span()));
    }
    if let Some(span) = names::code_in(header.supertraits.to_token_stream()) {
        errors.push(diag::guarded::code_inside(span));
    }
    for bound in &header.supertraits {
        let harmless = match bound {
            TypeParamBound::Lifetime(lifetime) => lifetime.ident == "static",
            TypeParamBound::Trait(bound) => bound.path.segments.last().is_some_and(|last| {
                ["Send", "Sync", "Unpin", "Debug"].iter().any(|name| last.ident == name)
            }),
            _ => false,
        };
        if !harmless {
            // FAIL CLOSED: its methods would be on the object, and no check before them.
            errors.push(diag::guarded::supertrait(bound.span()));
        }
    }
}

fn modifier(header: &ItemTrait, words: TokenStream) -> Option<(Span, String)> {
    let attrs = header.attrs.len() * 2;
    let vis = header.vis.to_token_stream().into_iter().count();
    let mut words = words.into_iter().skip(attrs + vis);
    words
        .next()
        .filter(|word| word.to_string() != "trait")
        .map(|word| (word.span(), word.to_string()))
}

/// The trait's module sees the user's names through a glob, which ours would hide.
pub(super) fn check_names(methods: &[Method<'_>], errors: &mut Errors) {
    let mut ours = vec!["Raw".to_owned()];
    for method in methods {
        if let Kind::Guarded { action, arguments, .. } = &method.kind {
            ours.push(arguments.to_string());
            if let Action::Named(_, name) = action {
                ours.push(name.to_string());
            }
        }
    }
    for method in methods {
        let types = method.params.iter().map(|param| param.ty.to_token_stream());
        let body = method.body.map(|body| body.tokens.clone());
        let bound = match &method.kind {
            Kind::Guarded { bound, .. } => bound.as_slice(),
            Kind::Unguarded => &[],
        };
        let bound = bound.iter().map(|name| name.value.to_token_stream());
        let written = types.chain([method.output.to_token_stream()]).chain(body).chain(bound);
        for tokens in written {
            if let Some((span, name)) = names::find(tokens, &ours) {
                // FAIL CLOSED: it would mean another type inside the module than outside.
                errors.push(diag::guarded::taken_name(span, &name));
            }
        }
    }
}
