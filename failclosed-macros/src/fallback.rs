//! What is emitted together with errors: the item, so that the rest of the file still makes sense,
//! with a body that does nothing. The build has failed by then; inert is a matter of principle.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote_spanned};

use crate::{
    diag::Errors,
    item::{Body, GuardedFn, is_closure},
    params::Params,
    shape::{Output, Shape},
};

/// Something that is not a function, as it was.
pub(crate) fn item(item: TokenStream, errors: Errors) -> TokenStream {
    // In the place of an expression the compiler takes the first one and drops the errors behind it.
    let item = if is_closure(&item) { TokenStream::new() } else { item };
    let mut tokens = item;
    // FAIL CLOSED: if there is no error to report after all, the item is not emitted either.
    match errors.finish() {
        Ok(()) => TokenStream::new(),
        Err(errors) => {
            tokens.extend(errors);
            tokens
        }
    }
}

/// The function with an inert body.
pub(crate) fn function(
    function: &GuardedFn,
    as_written: TokenStream,
    errors: Errors,
) -> TokenStream {
    let Err(reported) = errors.finish() else {
        // FAIL CLOSED: a function that was refused without a reason is dropped.
        return TokenStream::new();
    };
    let mut tokens = match &function.body {
        Some(body) => inert(function, body).unwrap_or_default(),
        None => as_written,
    };
    tokens.extend(reported);
    tokens
}

/// The function with a body that does nothing. `None` where no such body has its type.
pub(crate) fn inert(function: &GuardedFn, body: &Body) -> Option<TokenStream> {
    let mut sig = function.sig.clone();
    // Refused already; the compiler would add four errors of its own.
    sig.variadic = None;
    let mut unread = Errors::new();
    Params::take(&mut sig, &mut unread);
    drop(unread.finish());
    let site = Span::mixed_site();
    let inert = match Shape::of(&sig) {
        Ok((Shape::Async, output)) if output.is_nameable() => quote_spanned!(site=> loop {}),
        Ok((Shape::Boxed, _)) => {
            quote_spanned!(site=> ::std::boxed::Box::pin(::core::future::pending()))
        }
        Ok((Shape::Opaque, output)) => pending(&output),
        // `-> impl Trait` needs a value nobody can make: leave the function out.
        Ok((Shape::Async, _)) => return None,
        Err(_) if opaque(&sig) => return None,
        Err(_) => quote_spanned!(site=> loop {}),
    };
    let quiet =
        GuardedFn { attrs: function.attrs.clone(), vis: function.vis.clone(), sig, body: None };
    let mut tokens = quote_spanned!(site=> #[allow(unused_variables, unused_mut, clippy::all, clippy::pedantic)]);
    quiet.to_tokens(&mut tokens);
    body.brace.surround(&mut tokens, |tokens| inert.to_tokens(tokens));
    Some(tokens)
}

fn pending(output: &Output) -> TokenStream {
    let site = Span::mixed_site();
    let output = output.named();
    quote_spanned!(site=> ::core::future::pending::<#output>())
}

fn opaque(sig: &syn::Signature) -> bool {
    matches!(&sig.output, syn::ReturnType::Type(_, ty) if matches!(**ty, syn::Type::ImplTrait(_)))
}
