//! An `impl` whose functions carry the marks: each must, or the block does not compile.

use proc_macro2::TokenStream;
use quote::ToTokens;
use syn::{Attribute, Meta, spanned::Spanned};

use super::{
    constants, dispatch, held, inherited,
    marks::{self, Mark},
    options::Options,
    parse::{Item, Whole},
};
use crate::{
    diag::{self, Errors},
    fallback,
    item::{Body, GuardedFn},
};

/// Whether this `impl` of a trait accounts for itself. The methods of a guarded trait's `impl` carry
/// no guard (the trait has it), and no reason.
///
/// Taken for the wrong one, neither compiles: the caller trait is sealed, and a trait that is not a
/// guarded one has no module with a raw trait.
pub(crate) fn carries_marks(whole: &Whole) -> bool {
    whole.functions().flat_map(|function| &function.attrs).any(|attr| {
        let reasoned = marks::is_unguarded(attr) && !matches!(attr.meta, Meta::Path(_));
        marks::is_guard(attr) || marks::is_dispatcher(attr) || reasoned
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
//         async fn charge(&self) -> R { compile_error! { .. } .. } // taken out by the attribute
//     }
pub(crate) fn expand(options: &Options, whole: &Whole, mut errors: Errors) -> TokenStream {
    inherited::check_names(options, whole.functions(), &mut errors);
    let (mut items, mut open) = (TokenStream::new(), Vec::new());
    for item in &whole.items {
        match item {
            Item::Fn(function) => {
                items.extend(accounted(options, function, &mut open, &mut errors));
            }
            Item::Const(tokens) => {
                items.extend(constant(tokens, &mut errors));
            }
            Item::Type(tokens) => items.extend(tokens.clone()),
            // FAIL CLOSED: it may make a function that says nothing.
            Item::Macro(tokens) => errors.push(diag::guarded::macro_inside(tokens.span())),
        }
    }
    let mut tokens = whole.with(&items);
    if let Some(default) = &options.open {
        tokens.extend(default.warning(&open, whole.attrs(), &mut errors));
    }
    if let Err(reported) = errors.finish() {
        tokens.extend(reported);
    }
    tokens
}

// `const ACT: fn() = || ..`, `const ACT: Act = closure!()`
//
// Gives the constant back, in which the macros are those that they are known to be.
pub(super) fn constant(tokens: &TokenStream, errors: &mut Errors) -> TokenStream {
    if let Some(span) = constants::holds_a_function(tokens.clone()) {
        // FAIL CLOSED: it is a function by another name.
        errors.push(diag::guarded::constant_function(span));
        return TokenStream::new();
    }
    constants::with_known_macros(tokens.clone()).unwrap_or_else(|span| {
        // FAIL CLOSED: it is one too, for all that is known.
        errors.push(diag::guarded::macro_inside(span));
        TokenStream::new()
    })
}

/// A function with what the block has for it. One that says nothing is left `open` where the block says
/// that it may be, and refused where it does not.
pub(super) fn accounted(
    options: &Options,
    function: &GuardedFn,
    open: &mut Vec<String>,
    errors: &mut Errors,
) -> TokenStream {
    if let Some(attr) = function.attrs.iter().find(|attr| marks::is_dispatcher(attr)) {
        return dispatcher(options, function, attr, open);
    }
    let mut found = Errors::new();
    let mark = match &options.open {
        Some(_) => {
            let (mark, silent) = marks::said(function, &mut found);
            if silent {
                open.push(function.sig.ident.to_string());
            }
            mark
        }
        None if options.open_is_unread => marks::said(function, &mut found).0,
        None => marks::required(function, &mut found),
    };
    let unread = options.open_is_unread && matches!(mark, Mark::None);
    let refused = !found.is_empty() || unread;
    errors.absorb(found);
    let mut kept = GuardedFn {
        attrs: marks::without_unguarded(&function.attrs),
        vis: function.vis.clone(),
        sig: function.sig.clone(),
        body: None,
    };
    if let Mark::Guarded = mark {
        let parameters = inherited::parameters(&function.sig);
        kept.attrs.iter_mut().filter(|attr| marks::is_guard(attr)).for_each(|attr| {
            options.hand_on(attr, &parameters);
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
    let guard = kept.attrs.iter().find(|attr| marks::is_guard(attr));
    let held = guard.map(|guard| held::held(&kept.sig.ident, guard));
    let mut tokens = kept.to_token_stream();
    body.brace.surround(&mut tokens, |tokens| {
        body.inner_attrs.iter().for_each(|attr| attr.to_tokens(tokens));
        held.to_tokens(tokens);
        body.tokens.to_tokens(tokens);
    });
    tokens
}

/// A function whose arms carry the marks. It is expanded here, so that nothing that stands below can
/// take its attribute for another one.
fn dispatcher(
    options: &Options,
    function: &GuardedFn,
    attr: &Attribute,
    open: &mut Vec<String>,
) -> TokenStream {
    let mut errors = Errors::new();
    let tokens = match &attr.meta {
        Meta::List(list) => list.tokens.clone(),
        Meta::Path(_) | Meta::NameValue(_) => TokenStream::new(),
    };
    let own = Options::parse(tokens, &mut errors);
    let names_arms_itself = own.open.clone();
    let said_here = own.handed_on();
    let effective = own.within(options);
    let kept = GuardedFn {
        attrs: function.attrs.iter().filter(|attr| !marks::is_dispatcher(attr)).cloned().collect(),
        vis: function.vis.clone(),
        sig: function.sig.clone(),
        body: function.body.as_ref().map(|body| Body {
            brace: body.brace,
            inner_attrs: body.inner_attrs.clone(),
            tokens: body.tokens.clone(),
        }),
    };
    let mut arms = Vec::new();
    let body = dispatch::dispatched(&said_here, &effective, &kept, &mut arms, &mut errors);
    let warning = match names_arms_itself {
        Some(default) if errors.is_empty() => {
            Some(default.warning(&arms, &kept.attrs, &mut errors))
        }
        Some(_) => None,
        None => {
            let name = &kept.sig.ident;
            open.extend(arms.iter().map(|arm| format!("{name}: {arm}")));
            None
        }
    };
    dispatch::finished(&kept, body, warning, errors)
}
