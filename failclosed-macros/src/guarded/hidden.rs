//! What a module says for its functions does not reach into the blocks in it. Where that shows what the
//! module hides, it is an error.

use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens;
use syn::{Attribute, Ident, spanned::Spanned};

use super::{
    inherited::{self, Given, name_of},
    marks,
    module::{Part, parts},
    options::Options,
    parse::{Item, Whole},
};
use crate::{
    diag::{self, Errors},
    item::GuardedFn,
};

// `#[guarded(mask(card))] mod shop { #[guarded] impl Shop { .. fn pay(&self, card: Card) .. } }`
pub(super) fn check(options: &Options, attr: &Attribute, rest: &TokenStream, errors: &mut Errors) {
    let (functions, blocks) = inside(rest);
    for (key, names) in [("skip", &options.skip), ("mask", &options.mask)] {
        let shown = |name: &&Ident| {
            !hides(attr.to_token_stream(), name) && functions.iter().any(|one| shows(one, name))
        };
        for name in names.iter().filter(shown) {
            // FAIL CLOSED: whoever hides it for the module reads it in the log of the block.
            errors.push(diag::guarded::hidden_for_the_module(attr.path().span(), key, name));
        }
    }
    for (attrs, rest) in &blocks {
        for attr in attrs.iter().filter(|attr| marks::is_dispatcher(attr)) {
            check(options, attr, rest, errors);
        }
    }
}

type Blocks = Vec<(Vec<Attribute>, TokenStream)>;

/// The functions of a block, and the blocks in it. What cannot be read, the block's own attribute
/// reports.
fn inside(rest: &TokenStream) -> (Vec<GuardedFn>, Blocks) {
    let (mut functions, mut blocks) = (Vec::new(), Vec::new());
    if let Ok(whole) = Whole::parse(rest.clone()) {
        functions.extend(whole.items.into_iter().filter_map(|item| match item {
            Item::Fn(function) => Some(*function),
            Item::Type(_) | Item::Const(_) | Item::Macro(_) => None,
        }));
    } else if let Some(TokenTree::Group(block)) = rest.clone().into_iter().last()
        && let Ok((_, parts)) = parts(block.stream())
    {
        for part in parts {
            match part {
                Part::Fn(function) => functions.push(*function),
                Part::Block { attrs, rest, .. } => blocks.push((attrs, rest)),
                Part::Constant(_) | Part::Plain(_) | Part::Refused(_) => {}
            }
        }
    }
    (functions, blocks)
}

/// Whether a guarded function shows what has this name, and says nothing of it.
fn shows(function: &GuardedFn, name: &Ident) -> bool {
    let mut guards = function.attrs.iter().filter(|attr| marks::is_guard(attr));
    let named = inherited::parameters(&function.sig).contains(&name_of(name));
    if function.attrs.iter().any(marks::is_dispatcher) {
        let body = function.body.as_ref().map(|body| body.tokens.clone()).unwrap_or_default();
        let attrs = &function.attrs;
        // What the arms bind stands in the body.
        return (named || has_word(body.clone(), name))
            && !hides(quote::quote!(#(#attrs)* #body), name);
    }
    guards.any(|attr| {
        let shown = match &attr.meta {
            syn::Meta::List(list) => Given::read(list.tokens.clone()).shows(name),
            syn::Meta::Path(_) | syn::Meta::NameValue(_) => false,
        };
        (named || shown) && !hides(attr.to_token_stream(), name)
    })
}

/// Whether `skip(..)` or `mask(..)` stands here, with this name in it.
fn hides(tokens: TokenStream, name: &Ident) -> bool {
    let mut after_key = false;
    tokens.into_iter().any(|token| {
        let found = match &token {
            TokenTree::Group(group) => {
                (after_key && has_word(group.stream(), name)) || hides(group.stream(), name)
            }
            TokenTree::Ident(_) | TokenTree::Punct(_) | TokenTree::Literal(_) => false,
        };
        after_key = matches!(&token, TokenTree::Ident(word) if word == "skip" || word == "mask");
        found
    })
}

fn has_word(tokens: TokenStream, name: &Ident) -> bool {
    tokens.into_iter().any(|token| match token {
        TokenTree::Ident(word) => name_of(&word) == name_of(name),
        TokenTree::Group(group) => has_word(group.stream(), name),
        TokenTree::Punct(_) | TokenTree::Literal(_) => false,
    })
}
