//! Bodies that are held back until their guard has them.
//!
//! A mark is found by its name, and a name proves nothing: `#[rustfmt::requires_permission(..)]` is
//! accepted by the compiler and does nothing, another crate may have an attribute of that name, and
//! an attribute above ours can drop it, or copy the function without it. So a marked body begins with
//! an error, which `#[requires_permission]` takes out: a body that it never had does not compile.

use proc_macro2::{Group, TokenStream, TokenTree};
use syn::{Attribute, Ident, spanned::Spanned};

use crate::diag;

/// The error that stands in for the guard, reported where the mark is.
pub(crate) fn held(name: &Ident, guard: &Attribute) -> TokenStream {
    diag::guarded::not_behind(guard.path().span(), name).to_compile_error()
}

/// A body without that error. One that never had it stays as it was, places included.
pub(crate) fn released(tokens: TokenStream) -> TokenStream {
    if !is_held(&tokens) {
        return tokens;
    }
    let mut free: Vec<TokenTree> = Vec::new();
    for token in tokens {
        match token {
            TokenTree::Group(group) if is_error(&group) => {
                // `::core::compile_error! { ".." }`
                let start = free.len().saturating_sub(ERROR.len());
                if is_path(&free[start..]) {
                    free.truncate(start);
                } else {
                    // FAIL CLOSED: somebody rewrote it; whatever this is now, it stays an error.
                    free.push(TokenTree::Group(group));
                }
            }
            TokenTree::Group(group) => {
                let mut inside = Group::new(group.delimiter(), released(group.stream()));
                inside.set_span(group.span());
                free.push(TokenTree::Group(inside));
            }
            other => free.push(other),
        }
    }
    free.into_iter().collect()
}

/// What stands before the error's text.
const ERROR: [&str; 7] = [":", ":", "core", ":", ":", "compile_error", "!"];

fn is_path(tokens: &[TokenTree]) -> bool {
    let written = tokens.iter().map(|token| match token {
        TokenTree::Punct(punct) => punct.as_char().to_string(),
        other => other.to_string(),
    });
    written.eq(ERROR)
}

fn is_held(tokens: &TokenStream) -> bool {
    tokens.clone().into_iter().any(|token| match token {
        TokenTree::Group(group) => is_error(&group) || is_held(&group.stream()),
        _ => false,
    })
}

fn is_error(group: &Group) -> bool {
    let mut inside = group.stream().into_iter();
    match (inside.next(), inside.next()) {
        (Some(TokenTree::Literal(text)), None) => {
            text.to_string().contains(diag::guarded::NOT_BEHIND)
        }
        _ => false,
    }
}
