//! A body of a raw method: the permit and the arguments it was granted, then the user's tokens.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote_spanned};
use syn::{Attribute, Ident, Pat, Type, spanned::Spanned};

use crate::{
    expand::{braced, local},
    item::Body,
    params::PermitParam,
};

/// What the signature of the user's method became.
pub(crate) struct Redeemed<'a> {
    pub(crate) private: &'a TokenStream,
    /// The parameter that is redeemed.
    pub(crate) granted: &'a Ident,
    /// Where a wrong number of parameters is reported.
    pub(crate) place: Span,
    pub(crate) permit: Option<&'a PermitParam>,
    /// The user's own patterns and types.
    pub(crate) params: Vec<Taken>,
    pub(crate) output: TokenStream,
}

/// A parameter, as a statement binds it.
#[derive(Clone)]
pub(crate) struct Taken {
    pub(crate) lints: Vec<Attribute>,
    pub(crate) pattern: TokenStream,
    pub(crate) ty: Type,
}

// Input:
//     { BODY }, of `async fn charge(&self, #[permit] permit: Permit<'_, Purchase>, amount: u64) -> R`
// Output:
//     let (permit, (amount,)) = PermitFor::redeem(granted);
//     async move {
//         let permit: Permit<'_, Purchase> = permit;
//         let amount: u64 = amount;
//         if false { return returns::<R>(); }
//         BODY
//     }
//
// Redeemed before the future: what it holds, the compiler has to prove `Send` for each method.
pub(crate) fn redeemed(redeemed: &Redeemed<'_>, body: &Body) -> TokenStream {
    let Redeemed { granted, private, .. } = redeemed;
    let site = Span::mixed_site();
    let here = site.located_at(redeemed.place);
    let proof = local("permit", site);
    let places: Vec<Ident> = redeemed
        .params
        .iter()
        .enumerate()
        .map(|(index, taken)| {
            local(&format!("argument_{index}"), site.located_at(taken.pattern.span()))
        })
        .collect();
    let permit = match redeemed.permit {
        Some(permit) => {
            let PermitParam { ident: name, mutability, ty, lints, .. } = permit;
            let proof = local("permit", site.located_at(ty.span()));
            quote_spanned!(site=> #(#lints)* let #mutability #name: #ty = #proof;)
        }
        // Spent, and of no further use to the body.
        None => TokenStream::new(),
    };
    let proof = match redeemed.permit {
        Some(_) => proof.into_token_stream(),
        None => quote_spanned!(site=> _),
    };
    let bound = redeemed.params.iter().zip(&places).map(|(taken, place)| {
        let Taken { lints, pattern, ty } = taken;
        // Binding is what the signature did: whatever is wrong with it is wrong there.
        quote_spanned!(site=> #(#lints)* let #pattern: #ty = #place;)
    });
    let taken = quote_spanned!(here=> let (#proof, (#(#places,)*)) = #private::PermitFor::redeem(#granted););
    let inside = quote_spanned!(site=> #permit #(#bound)*);
    let future = unboxed(redeemed.private, &redeemed.output, here, &inside, body);
    quote_spanned!(site=> #taken #future)
}

/// A body in a box.
pub(crate) fn boxed(private: &TokenStream, output: &TokenStream, body: &Body) -> TokenStream {
    let site = Span::mixed_site();
    let future = unboxed(private, output, site, &TokenStream::new(), body);
    quote_spanned!(site=> ::std::boxed::Box::pin(#future))
}

/// A body as a future. The branch that is never taken tells the compiler what the body returns, so
/// that it reports a wrong one where it is written. What is wrong with the future is reported `here`.
fn unboxed(
    private: &TokenStream,
    output: &TokenStream,
    here: Span,
    before: &TokenStream,
    body: &Body,
) -> TokenStream {
    let site = Span::mixed_site();
    let future = quote_spanned!(here=> async move);
    let tokens = &body.tokens;
    let inside = quote_spanned! {site=>
        #before
        if false {
            return #private::returns::<#output>();
        }
        #tokens
    };
    // What is wrong with the block as a whole, such as no value at its end, is wrong in the user's.
    let block = braced(&body.brace, inside);
    quote_spanned!(site=> #future #block)
}

/// `impl Future<Output = R> + Send + 'l`: what a guarded raw method returns. Its caller boxes it
/// together with the check. That it is not `Send` is reported where the method is.
pub(crate) fn opaque(
    method: &Ident,
    output: &TokenStream,
    lifetime: &syn::Lifetime,
) -> TokenStream {
    let here = Span::mixed_site().located_at(method.span());
    let mut lifetime = lifetime.clone();
    lifetime.set_span(here);
    quote_spanned! {here=>
        impl ::core::future::Future<Output = #output> + ::core::marker::Send + #lifetime
    }
}

/// `Pin<Box<dyn Future<Output = R> + Send + 'l>>`
pub(crate) fn future(output: &TokenStream, lifetime: &syn::Lifetime) -> TokenStream {
    let site = Span::mixed_site();
    quote_spanned! {site=>
        ::core::pin::Pin<::std::boxed::Box<
            dyn ::core::future::Future<Output = #output> + ::core::marker::Send + #lifetime
        >>
    }
}

/// A parameter's pattern as a statement can bind it.
pub(crate) fn pattern(pat: &Pat) -> TokenStream {
    quote::quote!(#pat)
}
