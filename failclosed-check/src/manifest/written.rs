//! Where the attribute is written: on a function, behind a condition, in a macro.

use failclosed_syntax::args::segments;
use proc_macro2::{Delimiter, TokenStream, TokenTree};
use syn::{Attribute, Meta, Path, spanned::Spanned};

/// The guard of a function.
pub(super) struct Written {
    /// Its arguments.
    pub(super) tokens: TokenStream,
    /// The condition without which it is not there.
    pub(super) condition: Option<String>,
}

/// The word of the attribute.
const WORD: &str = "requires_permission";

/// The guard among a function's attributes, and whether a path means a word.
///
/// # Errors
/// A condition that names it and cannot be read.
pub(super) fn written(
    attributes: &[Attribute],
    is_word: impl Fn(&Path, &str) -> bool,
) -> syn::Result<Option<Written>> {
    let mut found = None;
    for attribute in attributes {
        if let Some(written) = of_meta(&attribute.meta, &[], &is_word)? {
            // One without a condition is there in any case.
            let better = found.as_ref().is_none_or(|one: &Written| one.condition.is_some());
            if better {
                found = Some(written);
            }
        }
    }
    Ok(found)
}

fn of_meta(
    meta: &Meta,
    before: &[String],
    is_word: &impl Fn(&Path, &str) -> bool,
) -> syn::Result<Option<Written>> {
    if is_word(meta.path(), WORD) {
        let tokens = match meta {
            Meta::List(list) => list.tokens.clone(),
            Meta::Path(_) | Meta::NameValue(_) => TokenStream::new(),
        };
        let condition = (!before.is_empty()).then(|| before.join(", "));
        return Ok(Some(Written { tokens, condition }));
    }
    let Meta::List(list) = meta else { return Ok(None) };
    if !list.path.is_ident("cfg_attr") {
        return Ok(None);
    }
    let mut parts = segments(list.tokens.clone()).into_iter();
    let condition = parts.next().unwrap_or_default().to_string();
    let mut conditions = before.to_vec();
    conditions.push(condition);
    for part in parts {
        match syn::parse2::<Meta>(part.clone()) {
            Ok(meta) => {
                if let Some(written) = of_meta(&meta, &conditions, is_word)? {
                    return Ok(Some(written));
                }
            }
            // FAIL CLOSED: it may be the guard.
            Err(_) if names_it(part.clone()) => {
                return Err(syn::Error::new(part.span(), "this attribute cannot be read"));
            }
            Err(_) => {}
        }
    }
    Ok(None)
}

fn names_it(tokens: TokenStream) -> bool {
    tokens.into_iter().any(|token| match token {
        TokenTree::Ident(word) => word == WORD,
        TokenTree::Group(group) => names_it(group.stream()),
        TokenTree::Punct(_) | TokenTree::Literal(_) => false,
    })
}

/// Whether a macro's tokens hold the attribute: `#[requires_permission(..)]`.
pub(super) fn in_macro(tokens: TokenStream) -> bool {
    let mut after_hash = false;
    tokens.into_iter().any(|token| {
        let found = match &token {
            TokenTree::Group(group) if after_hash && group.delimiter() == Delimiter::Bracket => {
                names_it(group.stream())
            }
            TokenTree::Group(group) => in_macro(group.stream()),
            TokenTree::Ident(_) | TokenTree::Punct(_) | TokenTree::Literal(_) => false,
        };
        after_hash = matches!(&token, TokenTree::Punct(punct) if punct.as_char() == '#');
        found
    })
}
