//! A guarded trait: the caller trait, sealed, and a raw trait whose methods take what was granted.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote_spanned};
use syn::{ItemTrait, Lifetime, ReturnType};

use super::{body::future, options::Options, parse::Whole};
use crate::diag::Errors;

mod asked;
mod callers;
mod check;
mod header;
mod raw;

pub(super) use check::lints_alone;

// Input:
//     #[guarded] pub trait Payments {
//         #[requires_permission(action = Purchase)]
//         async fn charge(&self, vendor: &str) -> Result<Receipt, E>;
//         #[unguarded(reason = "..")] fn currency(&self) -> &'static str;
//     }
// Output:
//     pub trait Payments: OnlyGuarded<dyn payments::Raw> + AskedFirst<dyn payments::Raw, Nothing = ()> {
//         fn charge<'fc>(&'fc self, vendor: &'fc str) -> BoxFuture<'fc, Result<Receipt, E>>
//         where <Self as AskedFirst<dyn payments::Raw>>::Nothing: Sized;
//         fn currency(&self) -> &'static str;
//     }
//     pub mod payments {
//         pub struct ChargeArgs<'fc> { vendor: &'fc str }
//         pub trait Raw: Send + Sync {
//             fn granted_charge<'fc, 'call>(&'fc self, granted: PermitFor<'call, ChargeArgs<'fc>>)
//                 -> impl Future<Output = Result<Receipt, E>> + Send + 'call
//             where Self: Sized, 'fc: 'call;
//             fn currency(&self) -> &'static str;
//         }
//         mod __failclosed {
//             pub struct __Key(());                            // reaches the object behind a guard
//             type __Before<'g> = Before<'g, dyn super::Raw>;  // its guard, which only a key gives
//             impl Surface for dyn super::Raw + '_ { type Key = __Key; type Object = dyn __Object; }
//             pub trait __Object: super::Raw {
//                 fn checked_charge<'fc>(&'fc self, before: __Before<'fc>, vendor: &'fc str)
//                     -> BoxFuture<'fc, Result<Receipt, E>>;
//             }
//             impl<R: super::Raw> __Object for R { .. }        // asks, then calls the raw method
//             impl<G: OnlyGuarded<dyn super::Raw> + ?Sized> super::super::Payments for G { .. }
//         }                                                    // hands the guard to the object
//     }
//     impl<T: payments::Raw + 'static> Wraps<T> for dyn payments::Raw { .. }
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
            let mut tokens = callers::declared(&surface);
            tokens.extend(raw::expand(&surface));
            tokens
        }
        (_, reported) => {
            // FAIL CLOSED: one error, and there is neither a raw trait to implement nor a caller
            // trait that anything implements; its name stays, so that uses of it stay quiet.
            let mut tokens = named(whole);
            tokens.extend(reported.err());
            tokens
        }
    }
}

/// The trait, without what only `#[guarded]` reads, and without bodies: its methods as callers would
/// have seen them, as far as they can be declared beside whatever was refused.
fn named(whole: &Whole) -> TokenStream {
    let site = Span::mixed_site();
    let mut items = TokenStream::new();
    for function in whole.functions() {
        let mut sig = function.sig.clone();
        let borrowed = sig
            .receiver()
            .is_some_and(|receiver| matches!(receiver.kind, syn::ReceiverKind::Reference(..)));
        let opaque = match &sig.output {
            ReturnType::Default => false,
            ReturnType::Type(_, ty) => super::lifetimes::is_opaque(ty),
        };
        if !borrowed || opaque {
            continue;
        }
        // Refused already; the compiler would say so again.
        (sig.constness, sig.abi, sig.safety) = (None, None, syn::Safety::Default);
        let mut unread = Errors::new();
        crate::params::Params::take(&mut sig, &mut unread);
        drop(unread.finish());
        if sig.asyncness.take().is_some() {
            let returned = match &sig.output {
                ReturnType::Default => quote_spanned!(site=> ()),
                ReturnType::Type(_, ty) => ty.to_token_stream(),
            };
            let future = future(&returned, &Lifetime::new("'_", site));
            sig.output = syn::parse_quote!(-> #future);
        }
        items.extend(quote_spanned!(site=> #sig;));
    }
    whole.with(&items)
}
