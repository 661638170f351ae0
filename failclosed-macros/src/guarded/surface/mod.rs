//! A guarded trait: the caller trait, sealed, and a raw trait whose methods take what was granted.

use proc_macro2::TokenStream;
use syn::ItemTrait;

use super::{marks, options::Options, parse::Whole};
use crate::diag::Errors;

mod callers;
mod check;
mod raw;

// Input:
//     #[guarded] pub trait Payments {
//         #[requires_permission(action = Purchase)]
//         async fn charge(&self, vendor: &str) -> Result<Receipt, E>;
//         #[unguarded(reason = "..")] fn currency(&self) -> &'static str;
//     }
// Output:
//     pub trait Payments: OnlyGuarded<dyn payments::Raw> {
//         fn charge<'fc>(&'fc self, vendor: &'fc str) -> BoxFuture<'fc, Result<Receipt, E>>;
//         fn currency(&self) -> &'static str;
//     }
//     impl Payments for Guarded<dyn payments::Raw> { .. }      // asks, then calls the raw method
//     pub mod payments {
//         pub struct ChargeArgs<'fc> { vendor: &'fc str }
//         pub trait Raw: Send + Sync {
//             fn charge<'fc, 'call>(&'fc self, granted: Granted<'call, ChargeArgs<'fc>>)
//                 -> BoxFuture<'call, Result<Receipt, E>> where 'fc: 'call;
//             fn currency(&self) -> &'static str;
//         }
//     }
//     impl Carried for payments::ChargeArgs<'_> { .. }         // how these arguments are asked about
pub(crate) fn expand(
    options: &Options,
    whole: &Whole,
    header: &ItemTrait,
    mut errors: Errors,
) -> TokenStream {
    let checked = check::check(options, whole, header, &mut errors);
    match (checked, errors.finish()) {
        (Some(surface), Ok(())) => {
            let mut tokens = callers::expand(&surface);
            tokens.extend(raw::expand(&surface));
            tokens
        }
        (_, reported) => {
            // FAIL CLOSED: one error, and there is neither a raw trait to implement nor a caller
            // trait that anything implements; its name stays, so that uses of it stay quiet.
            let mut tokens = named(whole, header);
            tokens.extend(reported.err());
            tokens
        }
    }
}

/// The trait, without what only `#[guarded]` reads, and without bodies.
fn named(whole: &Whole, header: &ItemTrait) -> TokenStream {
    let mut items = TokenStream::new();
    for function in whole.functions() {
        let mut sig = function.sig.clone();
        // Only these can be declared beside anything else that was refused.
        if sig.asyncness.is_some() || !header.generics.params.is_empty() {
            continue;
        }
        let mut unread = Errors::new();
        crate::params::Params::take(&mut sig, &mut unread);
        drop(unread.finish());
        let attrs = marks::without(&function.attrs);
        items.extend(quote::quote!(#(#attrs)* #sig;));
    }
    whole.with(&items)
}
