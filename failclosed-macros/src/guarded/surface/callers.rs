//! The caller trait and its one implementation.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::{Ident, Signature};

use super::check::{Kind, Method, Surface};
use crate::{
    args::Args,
    diag::Errors,
    expand::local,
    guarded::{body::future, names},
    params::Params,
};

pub(super) fn expand(surface: &Surface<'_>) -> TokenStream {
    let site = Span::mixed_site();
    let Surface { header, private, module, methods, .. } = surface;
    let name = &header.ident;
    let raw = names::raw(site);
    let declared = methods.iter().map(|method| {
        let (attrs, sig) = (&method.attrs, signature(method));
        quote!(#(#attrs)* #sig;)
    });
    let implemented = methods.iter().map(|method| implemented(surface, method));
    let (attrs, vis, supertraits) = (&header.attrs, &header.vis, &header.supertraits);
    let inner_attrs = &surface.whole.inner_attrs;
    let message = format!("`{{Self}}` is not behind a guard, so it does not implement `{name}`");
    let bounds =
        if supertraits.empty_or_trailing() { quote!(#supertraits) } else { quote!(#supertraits +) };
    quote_spanned! {site=>
        #(#attrs)*
        #[diagnostic::on_unimplemented(
            message = #message,
            label = "callers of a guarded trait must meet its guard first",
            note = "help: pass `guard.wrap(value)`"
        )]
        #vis trait #name:
            #bounds ::core::marker::Send + ::core::marker::Sync
            + #private::OnlyGuarded<dyn #module::#raw>
        {
            #(#inner_attrs)*
            #(#declared)*
        }

        #[automatically_derived]
        impl #name for #private::Guarded<dyn #module::#raw> {
            #(#implemented)*
        }
    }
}

/// A method as callers see it.
fn signature(method: &Method<'_>) -> TokenStream {
    let site = Span::mixed_site();
    let sig = &method.function.sig;
    if sig.asyncness.is_none() {
        return plain(sig).into_token_stream();
    }
    let (fc, _) = names::lifetimes();
    let (name, self_mut, self_token) = (&sig.ident, &method.self_mut, &method.self_token);
    let lifetimes = &method.lifetimes;
    let named = method.lifetimes.iter().map(|param| &param.lifetime);
    let idents = method.params.iter().map(|param| &param.ident);
    let types = method.params.iter().map(|param| &param.ty);
    let output = future(&method.output.to_token_stream(), &fc);
    let bounds = method.bounds.iter().flat_map(|clause| &clause.predicates);
    quote_spanned! {site=>
        fn #name<#fc, #(#lifetimes),*>(&#fc #self_mut #self_token, #(#idents: #types),*) -> #output
        where
            #(#named: #fc,)*
            #(#bounds,)*
    }
}

/// A signature without `mut`, which belongs to a body.
fn plain(sig: &Signature) -> Signature {
    let mut sig = sig.clone();
    let mut unread = Errors::new();
    Params::take(&mut sig, &mut unread);
    drop(unread.finish());
    sig
}

fn implemented(surface: &Surface<'_>, method: &Method<'_>) -> TokenStream {
    let site = Span::mixed_site();
    let (private, module) = (&surface.private, &surface.module);
    let (raw, key) = (names::raw(site), names::key(site));
    let (cfgs, sig, name) = (&method.cfgs, signature(method), &method.function.sig.ident);
    let self_token = &method.self_token;
    let idents: Vec<&Ident> = method.params.iter().map(|param| &param.ident).collect();
    let (inner, borrowed) = match method.self_mut {
        Some(_) => (quote!(inner_mut), quote_spanned!(site=> &*#self_token)),
        None => (quote!(inner), quote!(#self_token)),
    };
    let inner = quote_spanned!(site=> #private::#inner(#self_token, #module::#key(())));
    let body = match &method.kind {
        Kind::Unguarded => quote_spanned!(site=> #module::#raw::#name(#inner, #(#idents),*)),
        Kind::Guarded { args, arguments, .. } => {
            let (offer, granted) = (local("offer", site), local("granted", site));
            let (denial, result) = (local("denial", site), local("result", site));
            let guard = local("guard", site);
            let denied = denied(surface, method, args, &denial);
            let failed = failed(surface, method, args, &result);
            quote_spanned! {site=>
                ::std::boxed::Box::pin(async move {
                    let #guard = #private::guard_before(#borrowed, #module::#key(()));
                    let mut #offer = #private::Offer::new(#module::#arguments {
                        #(#idents,)*
                        __failclosed: ::core::marker::PhantomData,
                    });
                    let #granted = match #private::Offer::enter(&mut #offer, &#guard).await {
                        ::core::result::Result::Ok(#granted) => #granted,
                        ::core::result::Result::Err(#denial) => return #denied,
                    };
                    let #result = #module::#raw::#name(#inner, #granted).await;
                    #private::Offer::conclude(&#offer, #failed);
                    #result
                })
            }
        }
    };
    quote_spanned!(site=> #(#cfgs)* #sig { #body })
}

fn denied(surface: &Surface<'_>, method: &Method<'_>, args: &Args, denial: &Ident) -> TokenStream {
    let (private, output) = (&surface.private, &method.output);
    match &args.on_denied {
        Some(path) => quote_spanned!(Span::mixed_site()=> #path(#denial)),
        None => quote_spanned! {Span::mixed_site()=>
            <#output as #private::FromDenial>::from_denial(#denial)
        },
    }
}

fn failed(surface: &Surface<'_>, method: &Method<'_>, args: &Args, result: &Ident) -> TokenStream {
    let (private, output) = (&surface.private, &method.output);
    match &args.on_denied {
        Some(_) => quote_spanned! {Span::mixed_site()=> {
            use #private::JudgeAny as _;
            #private::Judge(&#result).failed()
        }},
        None => quote_spanned! {Span::mixed_site()=>
            <#output as #private::FromDenial>::failed(&#result)
        },
    }
}
