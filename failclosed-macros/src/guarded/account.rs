//! An `impl` whose functions carry the marks: each must, or the block does not compile.

use proc_macro2::{Span, TokenStream, TokenTree};
use quote::ToTokens;
use syn::{Meta, spanned::Spanned};

use super::{
    marks::{self, Mark},
    options::Options,
    parse::{Item, Whole},
};
use crate::{
    diag::{self, Errors},
    fallback,
    item::GuardedFn,
};

/// Whether this `impl` of a trait accounts for itself. The methods of a guarded trait's `impl` carry
/// no guard (the trait has it), and no reason.
///
/// Taken for the wrong one, neither compiles: the caller trait is sealed, and a trait that is not a
/// guarded one has no module with a raw trait.
pub(crate) fn carries_marks(whole: &Whole) -> bool {
    whole.functions().flat_map(|function| &function.attrs).any(|attr| {
        let reasoned = marks::is_unguarded(attr) && !matches!(attr.meta, Meta::Path(_));
        marks::is_guard(attr) || reasoned
    })
}

// Input:
//     #[guarded(on_denied = tool_error)] #[tool_router] impl Shop {
//         #[unguarded(reason = "builds the value")] fn new(guard: Guard) -> Self { .. }
//         #[requires_permission(action = "purchase")] #[tool] async fn charge(&self) -> R { .. }
//     }
// Output:
//     #[tool_router] impl Shop {
//         fn new(guard: Guard) -> Self { .. }
//         #[requires_permission(action = "purchase", on_denied = tool_error)] #[tool]
//         async fn charge(&self) -> R { .. }
//     }
pub(crate) fn expand(options: &Options, whole: &Whole, mut errors: Errors) -> TokenStream {
    let mut items = TokenStream::new();
    for item in &whole.items {
        match item {
            Item::Fn(function) => items.extend(accounted(options, function, &mut errors)),
            Item::Const(tokens) => {
                if let Some(span) = holds_a_function(tokens.clone()) {
                    // FAIL CLOSED: `const ACT: fn() = || ..` is a function by another name.
                    errors.push(diag::guarded::constant_function(span));
                }
                items.extend(tokens.clone());
            }
            Item::Type(tokens) => items.extend(tokens.clone()),
            // FAIL CLOSED: it may make a function that says nothing.
            Item::Macro(tokens) => errors.push(diag::guarded::macro_inside(tokens.span())),
        }
    }
    let mut tokens = whole.with(&items);
    if let Err(reported) = errors.finish() {
        tokens.extend(reported);
    }
    tokens
}

/// Where a function's body could start in a constant: `fn`, or a closure's first bar.
fn holds_a_function(tokens: TokenStream) -> Option<Span> {
    let mut operand = false;
    for token in tokens {
        match &token {
            TokenTree::Ident(word) if word == "fn" => return Some(word.span()),
            TokenTree::Ident(word) => {
                operand = !["move", "async", "static", "return"].iter().any(|other| word == other);
            }
            TokenTree::Literal(_) => operand = true,
            TokenTree::Punct(punct) => {
                // After a value, a bar is an operator.
                if punct.as_char() == '|' && !operand {
                    return Some(punct.span());
                }
                operand = punct.as_char() == '|' && operand;
            }
            TokenTree::Group(group) => {
                if let Some(span) = holds_a_function(group.stream()) {
                    return Some(span);
                }
                operand = true;
            }
        }
    }
    None
}

fn accounted(options: &Options, function: &GuardedFn, errors: &mut Errors) -> TokenStream {
    let mut found = Errors::new();
    let mark = marks::required(function, &mut found);
    let refused = !found.is_empty();
    errors.absorb(found);
    let mut kept = GuardedFn {
        attrs: marks::without_unguarded(&function.attrs),
        vis: function.vis.clone(),
        sig: function.sig.clone(),
        body: None,
    };
    if let Mark::Guarded = mark {
        kept.attrs.iter_mut().filter(|attr| marks::is_guard(attr)).for_each(|attr| {
            options.hand_on(attr);
        });
    }
    let Some(body) = &function.body else {
        return kept.into_token_stream();
    };
    if refused {
        // FAIL CLOSED: a function that is not accounted for is emitted without its body; and without
        // a guard under a condition, whose own errors would be about something else.
        kept.attrs.retain(|attr| marks::conditional_mark(attr).is_none());
        return fallback::inert(&kept, body).unwrap_or_default();
    }
    let mut tokens = kept.into_token_stream();
    body.brace.surround(&mut tokens, |tokens| {
        body.inner_attrs.iter().for_each(|attr| attr.to_tokens(tokens));
        body.tokens.to_tokens(tokens);
    });
    tokens
}
