//! How the arguments of a guarded method are asked about.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote_spanned};
use syn::Ident;

use super::check::{Action, Kind, Method, Surface};
use crate::{args::Args, check::ShownArgument, expand::show, guarded::names};

// Input:
//     #[requires_permission(action = Purchase, resource = vendor)] async fn charge(&self, vendor: &str)
// Output:
//     impl<'fc> Carried for payments::ChargeArgs<'fc> {
//         type Action = Purchase;
//         type Parts = (&'fc str,);
//         type Of = ();                                       // `dyn payments::Raw` where `self` is read
//         fn enter<'g>(&self, guard: &'g Guard, of: &()) -> impl Future<Output = Result<Call<'g, Purchase>, Denial>> + Send {
//             async move {
//                 let Self { vendor, .. } = self;
//                 enter(&Asking::new(guard, Entry::of(&Purchase), &|q| {
//                     Question::resource(q, &vendor);
//                     Question::argument(q, "vendor", &vendor);
//                 })).await
//             }
//         }
//         fn into_parts(self) -> Self::Parts { (self.vendor,) }
//     }
pub(super) fn asked(surface: &Surface<'_>, method: &Method<'_>) -> TokenStream {
    let Kind::Guarded { action, args, shown, arguments, reads_self, .. } = &method.kind else {
        return TokenStream::new();
    };
    let site = Span::mixed_site();
    let (private, module) = (&surface.private, &surface.module);
    let (fc, _) = names::lifetimes();
    let cfgs = &method.cfgs;
    let named: Vec<_> = method.lifetimes.iter().map(|param| &param.lifetime).collect();
    let idents: Vec<&Ident> = method.params.iter().map(|param| &param.ident).collect();
    let types = method.params.iter().map(|param| &param.ty);
    let (unit, named_action) = match action {
        Action::Unit(path) => (path.to_token_stream(), None),
        Action::Named(text, name) => (
            quote_spanned!(site=> #module::#name),
            Some(quote_spanned! {site=>
                #(#cfgs)*
                #[automatically_derived]
                impl #private::Arguments for #module::#name {
                    fn argument(
                        &self,
                        _: usize,
                    ) -> ::core::option::Option<#private::NamedArgument<'_>> {
                        ::core::option::Option::None
                    }
                }

                #(#cfgs)*
                #[automatically_derived]
                impl #private::Action for #module::#name {
                    const NAME: &'static str = #text;
                    type Key = Self;
                }
            }),
        ),
    };
    // Written out, the unit would be linted in the user's crate.
    let parts = (!idents.is_empty()).then(|| quote_spanned!(site=> (#(self.#idents,)*)));
    let question = question(private, args, shown, &unit);
    let (of, raw) = (names::of(site), names::raw(site));
    let kind_of = match reads_self {
        true => quote_spanned!(site=> dyn #module::#raw),
        false => quote_spanned!(site=> ()),
    };
    quote_spanned! {site=>
        #named_action

        #(#cfgs)*
        #[automatically_derived]
        impl<#fc, #(#named),*> #private::Carried for #module::#arguments<#fc, #(#named),*> {
            type Action = #unit;
            type Parts = (#(#types,)*);
            type Of = #kind_of;

            fn enter<'g>(
                &self,
                guard: &'g #private::Guard,
                #of: &Self::Of,
            ) -> impl ::core::future::Future<
                Output = ::core::result::Result<
                    #private::Call<'g, Self::Action>,
                    #private::Denial,
                >,
            > + ::core::marker::Send {
                async move {
                    let _ = #of;
                    #[allow(unused_variables)]
                    let Self { #(#idents,)* __failclosed: _ } = self;
                    #question
                }
            }

            fn into_parts(self) -> Self::Parts {
                #parts
            }
        }
    }
}

fn question(
    private: &TokenStream,
    args: &Args,
    shown: &[ShownArgument],
    unit: &TokenStream,
) -> TokenStream {
    let site = Span::mixed_site();
    let show = show(args, shown, &[], private);
    quote_spanned! {site=>
        #private::enter(&#private::Asking::new(
            guard,
            #private::Entry::of(&#unit),
            #show,
        ))
        .await
    }
}
