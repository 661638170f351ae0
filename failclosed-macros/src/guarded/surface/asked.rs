//! How the arguments of a guarded method are asked about, and what they are granted to.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::Ident;

use super::check::{Action, Kind, Method, Surface};
use crate::{
    expand::{local, shown as shown_to},
    guarded::{body::opaque, names},
};

// Input:
//     #[requires_permission(action = Purchase, resource = vendor)] async fn charge(&self, vendor: &str)
// Output:
//     impl<'fc> Carried for payments::ChargeArgs<'fc> {
//         type Action = Purchase;
//         type Parts = (&'fc str,);
//         type Of = ();                                       // `dyn payments::Raw` where `self` is read
//         const ACTION: &'static Purchase = &Purchase;
//         fn show(&self, of: &(), q: &mut Question<'_>) {
//             let Self { vendor, .. } = self;
//             Question::resource(q, &vendor);
//             Question::argument(q, "vendor", &vendor);
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
    let shown = shown_to(args, shown, &[], private);
    let behind = behind(surface, method, arguments, *reads_self);
    let (of, question, raw) = (names::of(site), local("question", site), names::raw(site));
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

            const ACTION: &'static Self::Action = &#unit;

            fn show(&self, #of: &Self::Of, #question: &mut #private::Question<'_>) {
                let _ = (#of, &#question);
                #[allow(unused_variables)]
                let Self { #(#idents,)* __failclosed: _ } = self;
                #shown
            }

            fn into_parts(self) -> Self::Parts {
                #parts
            }
        }

        #behind
    }
}

// Output:
//     impl<'fc, __Raw: payments::Raw + 'static> Behind<&'fc __Raw> for payments::ChargeArgs<'fc> {
//         type Output = Result<Receipt, E>;
//         fn of<'call>(_: &'call &'fc __Raw) -> &'call () { &() }
//         fn call<'call>(on: &'fc __Raw, granted: PermitFor<'call, Self>)
//             -> impl Future<Output = Result<Receipt, E>> + Send + 'call
//         where &'fc __Raw: 'call, Self: 'call { __Raw::granted_charge(on, granted) }
//     }
fn behind(
    surface: &Surface<'_>,
    method: &Method<'_>,
    arguments: &Ident,
    reads_self: bool,
) -> TokenStream {
    let site = Span::mixed_site();
    let (private, module, raw) = (&surface.private, &surface.module, names::raw(site));
    let (cfgs, self_mut) = (&method.cfgs, &method.self_mut);
    let (fc, call) = names::lifetimes();
    let lifetimes = &method.lifetimes;
    let named: Vec<_> = method.lifetimes.iter().map(|param| &param.lifetime).collect();
    let bounds = method.bounds.iter().flat_map(|clause| &clause.predicates);
    let bounds = quote!(#(#named: #fc,)* #(#bounds,)*);
    let raw_name = names::granted(&method.function.sig.ident);
    let output = method.output.to_token_stream();
    let returned = opaque(&method.function.sig.ident, &output, &call);
    let (on, granted) = (local("on", site), local("granted", site));
    let of = match reads_self {
        true => quote_spanned!(site=> &**#on),
        false => quote_spanned!(site=> { let _ = #on; &() }),
    };
    let receiver = quote_spanned!(site=> &#fc #self_mut __Raw);
    quote_spanned! {site=>
        #(#cfgs)*
        #[automatically_derived]
        impl<#fc, #(#lifetimes,)* __Raw: #module::#raw + 'static> #private::Behind<#receiver>
            for #module::#arguments<#fc, #(#named),*>
        where #bounds
        {
            type Output = #output;

            fn of<#call>(#on: &#call #receiver) -> &#call <Self as #private::Carried>::Of {
                #of
            }

            fn call<#call>(#on: #receiver, #granted: #private::PermitFor<#call, Self>) -> #returned
            where #receiver: #call, Self: #call
            {
                __Raw::#raw_name(#on, #granted)
            }
        }
    }
}
