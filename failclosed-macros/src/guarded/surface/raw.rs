//! The trait's module: the raw trait, and the arguments of its methods.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::Ident;

use super::{
    asked::asked,
    callers,
    check::{Action, Kind, Method, Param, Surface},
};
use crate::{
    expand::local,
    guarded::{
        body::{Redeemed, Taken, boxed, future, opaque, redeemed},
        names::{self, from_inside, visibility_inside},
    },
    item::Body,
};

pub(super) fn expand(surface: &Surface<'_>) -> TokenStream {
    let site = Span::mixed_site();
    let Surface { header, private, module, methods, .. } = surface;
    let (outer, inner) = (&header.vis, visibility_inside(&header.vis));
    let raw = names::raw(site);
    let implemented = callers::implemented(surface);
    let structs = methods.iter().map(|method| structs(surface, method, &inner));
    let declared = methods.iter().map(|method| declared(surface, method));
    let asked = methods.iter().map(|method| asked(surface, method));
    let name = &header.ident;
    let about = format!(
        "What implementations of [`{name}`](super::{name}) implement: the trait behind the guard."
    );
    let about_raw = format!(
        "Implemented by `#[guarded] impl {name} for ..`. Its guarded methods take a permit that \
         carries their arguments, and only a guard gives one."
    );
    quote_spanned! {site=>
        #[doc = #about]
        #outer mod #module {
            #[allow(unused_imports)]
            use super::*;

            #(#structs)*

            #[doc = #about_raw]
            #inner trait #raw: ::core::marker::Send + ::core::marker::Sync {
                #(#declared)*
            }

            mod __failclosed {
                #implemented
            }
        }

        #[automatically_derived]
        impl<T: #module::#raw + 'static> #private::Wraps<T> for dyn #module::#raw {
            fn boxed(inner: T) -> ::std::boxed::Box<<Self as #private::Surface>::Object> {
                ::std::boxed::Box::new(inner)
            }
        }

        #(#asked)*
    }
}

/// The struct that carries a method's arguments, and one for its action if that is only a name.
fn structs(surface: &Surface<'_>, method: &Method<'_>, vis: &TokenStream) -> TokenStream {
    let Kind::Guarded { action, arguments, .. } = &method.kind else { return TokenStream::new() };
    let site = Span::mixed_site();
    let (fc, _) = names::lifetimes();
    let cfgs = &method.cfgs;
    // Without their bounds: what the fields need is inferred, and a bound here would be one more
    // thing to prove about lifetimes that a future has forgotten.
    let named: Vec<_> = method.lifetimes.iter().map(|param| &param.lifetime).collect();
    let idents = method.params.iter().map(|param| &param.ident);
    let types = method.params.iter().map(|param| from_inside(param.ty.to_token_stream()));
    let (name, of) = (&method.function.sig.ident, &surface.header.ident);
    let about = format!("The arguments of [`{of}::{name}`](super::{of}::{name}).");
    let named_action = match action {
        Action::Unit(_) => None,
        Action::Named(text, action) => {
            let about = format!("The action `{}`, as a type.", text.value());
            Some(quote_spanned! {site=>
                #(#cfgs)*
                #[doc = #about]
                #[derive(Debug)]
                #vis struct #action;
            })
        }
    };
    quote_spanned! {site=>
        #(#cfgs)*
        #[doc = #about]
        #vis struct #arguments<#fc, #(#named),*> {
            #(pub(super) #idents: #types,)*
            pub(super) __failclosed: ::core::marker::PhantomData<(&#fc (), #(&#named (),)*)>,
        }
        #named_action
    }
}

/// A method of the raw trait, with its default body if it has one.
fn declared(surface: &Surface<'_>, method: &Method<'_>) -> TokenStream {
    let site = Span::mixed_site();
    let Method { cfgs, self_mut, self_token, .. } = method;
    let (sig, private) = (&method.function.sig, &surface.private);
    let (name, of) = (&sig.ident, &surface.header.ident);
    let about = format!("Behind [`{of}::{name}`](super::{of}::{name}).");
    let allows = method.attrs.iter().filter(|attr| attr.path().is_ident("allow"));
    let attrs = quote_spanned!(site=> #(#cfgs)* #(#allows)* #[doc = #about]);
    let body = method.body.map(|body| Body {
        tokens: from_inside(body.tokens.clone()),
        inner_attrs: Vec::new(),
        brace: body.brace,
    });
    let inner_attrs = method.body.map(|body| &body.inner_attrs);
    let inner_attrs = inner_attrs.into_iter().flatten();
    if sig.asyncness.is_none() {
        let sig = from_inside(sig.to_token_stream());
        return match body {
            Some(Body { tokens, .. }) => quote!(#attrs #sig { #(#inner_attrs)* #tokens }),
            None => quote!(#attrs #sig;),
        };
    }
    let (fc, call) = names::lifetimes();
    let lifetimes = &method.lifetimes;
    let named: Vec<_> = method.lifetimes.iter().map(|param| &param.lifetime).collect();
    let bounds = method.bounds.iter().flat_map(|clause| &clause.predicates);
    let output = from_inside(method.output.to_token_stream());
    let params: Vec<_> = method
        .params
        .iter()
        .map(|param| {
            let ty = from_inside(param.ty.to_token_stream());
            (param, param.mutability.filter(|_| body.is_some()), ty)
        })
        .collect();
    let Kind::Guarded { arguments, .. } = &method.kind else {
        let returned = future(&output, &fc);
        let params = params.iter().map(|(Param { ident, lints, .. }, mutable, ty)| {
            let lints = lints.iter().filter(|_| body.is_some());
            quote!(#(#lints)* #mutable #ident: #ty)
        });
        let sig = quote_spanned! {site=>
            fn #name<#fc, #(#lifetimes),*>(&#fc #self_mut #self_token, #(#params),*) -> #returned
            where #(#named: #fc,)* #(#bounds,)*
        };
        return match body {
            Some(body) => {
                let body = boxed(private, &output, &body);
                quote!(#attrs #sig { #(#inner_attrs)* #body })
            }
            None => quote!(#attrs #sig;),
        };
    };
    let granted = local("granted", site);
    let raw_name = names::granted(name);
    let returned = opaque(name, &output, &call);
    let spelled = if body.is_some() { granted.clone() } else { Ident::new("granted", site) };
    let sig = quote_spanned! {site=>
        fn #raw_name<#fc, #call, #(#lifetimes),*>(
            &#fc #self_mut #self_token,
            #spelled: #private::PermitFor<#call, #arguments<#fc, #(#named),*>>,
        ) -> #returned
        where Self: ::core::marker::Sized, #fc: #call, #(#named: #call,)* #(#bounds,)*
    };
    match body {
        Some(body) => {
            let params = params.iter().filter_map(|(Param { ident, lints, .. }, mutable, ty)| {
                let (lints, pattern) = (lints.clone(), quote!(#mutable #ident));
                syn::parse2(ty.clone()).ok().map(|ty| Taken { lints, pattern, ty })
            });
            let body = redeemed(
                &Redeemed {
                    private,
                    granted: &granted,
                    place: name.span(),
                    permit: None,
                    params: params.collect(),
                    output: output.clone(),
                },
                &body,
            );
            quote!(#attrs #sig { #(#inner_attrs)* #body })
        }
        None => quote!(#attrs #sig;),
    }
}
