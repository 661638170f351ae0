//! What a function says about itself: guarded, unguarded and why, or nothing.

use proc_macro2::{Span, TokenStream, TokenTree};
use syn::{Attribute, Expr, ExprLit, Lit, LitStr, Meta, MetaNameValue, spanned::Spanned};

use crate::{
    diag::{self, Errors},
    item::GuardedFn,
};

/// The one mark of a function.
pub enum Mark {
    /// `#[requires_permission(..)]`, somewhere among the attributes.
    Guarded,
    /// `#[unguarded(reason = "..")]`, or bare where that is enough.
    Unguarded,
    /// An error was reported, or there is none.
    None,
}

/// Whether the attribute's last word is `requires_permission`.
pub fn is_guard(attr: &Attribute) -> bool {
    last_word(attr, "requires_permission")
}

pub fn is_unguarded(attr: &Attribute) -> bool {
    last_word(attr, "unguarded")
}

/// Whether it is `#[guarded]` itself: on a function that dispatches, or on a block in a module.
pub fn is_dispatcher(attr: &Attribute) -> bool {
    last_word(attr, "guarded")
}

fn last_word(attr: &Attribute, word: &str) -> bool {
    attr.path().segments.last().is_some_and(|last| last.ident == word)
}

/// Reads the mark of a function that must have one.
pub fn required(function: &GuardedFn, errors: &mut Errors) -> Mark {
    let (mark, silent) = said(function, errors);
    if silent {
        // FAIL CLOSED: a function that says nothing is the one that was forgotten.
        errors.push(diag::guarded::forgotten(&function.sig.ident));
    }
    mark
}

/// Reads the mark of a function, and whether it says nothing at all: neither a mark nor an attempt at
/// one.
pub fn said(function: &GuardedFn, errors: &mut Errors) -> (Mark, bool) {
    let mut unfinished = Errors::new();
    let mark = read(function, true, &mut unfinished);
    let silent = matches!(mark, Mark::None) && unfinished.is_empty();
    errors.absorb(unfinished);
    (mark, silent)
}

/// Reads the mark of a function that may have none. `reasoned`: whether a reason has to be given.
pub fn read(function: &GuardedFn, reasoned: bool, errors: &mut Errors) -> Mark {
    let mut mark = Mark::None;
    for attr in &function.attrs {
        if attr.path().is_ident("cfg_attr") {
            if let Some(span) = conditional_mark(attr) {
                // FAIL CLOSED: with the condition off, there is no guard and no macro to see that.
                errors.push(diag::guarded::conditional(span, &function.sig.ident));
            }
        } else if is_guard(attr) {
            match mark {
                Mark::Unguarded => errors.push(diag::guarded::both_marks(attr.path().span())),
                Mark::Guarded | Mark::None => mark = Mark::Guarded,
            }
        } else if is_unguarded(attr) {
            if reasoned || !matches!(attr.meta, Meta::Path(_)) {
                let reason = reason(&attr.meta);
                errors.keep(reason);
            }
            match mark {
                Mark::Guarded => errors.push(diag::guarded::both_marks(attr.path().span())),
                Mark::Unguarded | Mark::None => mark = Mark::Unguarded,
            }
        }
    }
    mark
}

/// Whether some `cfg_attr` decides over a mark.
pub fn conditional_mark(attr: &Attribute) -> Option<Span> {
    if !attr.path().is_ident("cfg_attr") {
        return None;
    }
    let Meta::List(list) = &attr.meta else { return None };
    names_mark(list.tokens.clone()).then(|| attr.path().span())
}

fn names_mark(tokens: TokenStream) -> bool {
    tokens.into_iter().any(|token| match token {
        TokenTree::Ident(word) => {
            ["requires_permission", "unguarded", "guarded"].iter().any(|mark| word == mark)
        }
        TokenTree::Group(group) => names_mark(group.stream()),
        TokenTree::Punct(_) | TokenTree::Literal(_) => false,
    })
}

/// The reason of `unguarded(reason = "..")`, wherever that is written.
///
/// # Errors
/// There is none, or it is blank.
pub fn reason(meta: &Meta) -> syn::Result<LitStr> {
    let none = || diag::guarded::no_reason(meta.path().span());
    let Meta::List(list) = meta else { return Err(none()) };
    let given: MetaNameValue = list.parse_args().map_err(|_| none())?;
    match given.value {
        Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) if given.path.is_ident("reason") => {
            if text.value().trim().is_empty() {
                return Err(diag::guarded::blank_reason(text.span()));
            }
            Ok(text)
        }
        _ => Err(none()),
    }
}

/// The attributes without the marks that only `#[guarded]` reads.
pub fn without_unguarded(attrs: &[Attribute]) -> Vec<Attribute> {
    attrs.iter().filter(|attr| !is_unguarded(attr)).cloned().collect()
}

/// The attributes without any mark.
pub fn without(attrs: &[Attribute]) -> Vec<Attribute> {
    attrs.iter().filter(|attr| !is_unguarded(attr) && !is_guard(attr)).cloned().collect()
}
