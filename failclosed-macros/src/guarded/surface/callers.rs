//! The caller trait and its one implementation.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::{Ident, Signature, TypeParamBound, spanned::Spanned};

use super::check::{Kind, Method, Surface};
use crate::{
    args::Args,
    check::BoundName,
    diag::Errors,
    expand::local,
    guarded::{
        body::future,
        names::{self, from_inside},
    },
    params::Params,
};

/// The caller trait.
pub(super) fn declared(surface: &Surface<'_>) -> TokenStream {
    let site = Span::mixed_site();
    let Surface { header, private, module, methods, .. } = surface;
    let name = &header.ident;
    let raw = names::raw(site);
    let declared = methods.iter().map(|method| {
        let (attrs, sig) = (&method.attrs, signature(method));
        // Its signature ends in a `where`: see `AskedFirst`.
        let first = method.function.sig.asyncness.map(|_| {
            quote_spanned! {site=>
                <Self as #private::AskedFirst<dyn #module::#raw>>::Nothing: ::core::marker::Sized,
            }
        });
        // No `#[must_use]`: the future has one, and the compiler would end a second one with "help: use
        // `let _ = ..`", which silences both.
        quote!(#(#attrs)* #sig #first;)
    });
    let (attrs, vis, supertraits) = (&header.attrs, &header.vis, &header.supertraits);
    let inner_attrs = &surface.whole.inner_attrs;
    let message = format!("`{{Self}}` is not behind a guard, so it does not implement `{name}`");
    let bounds =
        if supertraits.empty_or_trailing() { quote!(#supertraits) } else { quote!(#supertraits +) };
    let known = supertraits.iter().filter_map(known);
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
            + #private::AskedFirst<dyn #module::#raw, Nothing = ()>
        {
            #(#inner_attrs)*
            #(#declared)*
        }

        #(#known)*
    }
}

/// Holds a supertrait to what its name says: a `Debug` of the user's own may have methods, and they
/// would be on the object. In an array, a reference to one object is not coerced to another.
fn known(bound: &TypeParamBound) -> Option<TokenStream> {
    let TypeParamBound::Trait(named) = bound else { return None };
    let last = &named.path.segments.last()?.ident;
    let module = if last == "Debug" { quote!(fmt) } else { quote!(marker) };
    let here = Span::mixed_site().located_at(bound.span());
    Some(quote_spanned! {here=>
        const _: fn([&dyn #bound; 1]) -> [&dyn ::core::#module::#last; 1] = |same| same;
    })
}

// In a module inside the trait's own: what is private there, the key, is out of everybody's reach.
// `super` is the trait's module.
pub(super) fn implemented(surface: &Surface<'_>) -> TokenStream {
    let site = Span::mixed_site();
    let Surface { header, private, methods, .. } = surface;
    let (name, raw, key) = (&header.ident, names::raw(site), names::key(site));
    let (object, before) = (names::object(site), names::before(site));
    let supertraits = from_twice_inside(header.supertraits.to_token_stream());
    let checked: Vec<Checked> =
        methods.iter().filter_map(|method| checked(surface, method)).collect();
    let asked = checked.iter().map(|Checked { sig, .. }| quote!(#sig;));
    let bodies = checked.iter().map(|Checked { sig, body }| quote!(#sig { #body }));
    let forwarded = methods.iter().map(|method| forwarded(surface, method));
    quote_spanned! {site=>
        #[allow(unused_imports)]
        use super::*;

        /// Reaches the object behind the guard. Made in this module alone.
        #[derive(Debug)]
        #[allow(unreachable_pub)]
        pub struct #key(());

        type #before<'g> = #private::Before<'g, dyn super::#raw>;

        // For every lifetime, because a future forgets which one it was.
        #[automatically_derived]
        impl<'r> #private::Surface for dyn super::#raw + 'r {
            type Key = #key;
            type Object = dyn #object;
        }

        /// What is behind the guard: each guarded method asks the guard before it, then calls. The
        /// raw trait above it leaves room for no second implementation.
        #[allow(unreachable_pub, clippy::too_many_arguments)]
        pub trait #object: super::#raw {
            #(#asked)*
        }

        #[automatically_derived]
        impl<__Raw: super::#raw + 'static> #object for __Raw {
            #(#bodies)*
        }

        #[automatically_derived]
        #[diagnostic::do_not_recommend]
        impl<__Guarded> super::super::#name for __Guarded
        where
            __Guarded: #private::OnlyGuarded<dyn super::#raw> + ?::core::marker::Sized,
            __Guarded: #supertraits
        {
            #(#forwarded)*
        }
    }
}

/// A method as callers see it.
fn signature(method: &Method<'_>) -> TokenStream {
    let sig = &method.function.sig;
    if sig.asyncness.is_none() {
        return plain(sig).into_token_stream();
    }
    boxing(method, &sig.ident, None)
}

/// A method that gives a box, perhaps with a parameter before the others.
fn boxing(method: &Method<'_>, name: &Ident, first: Option<TokenStream>) -> TokenStream {
    let site = Span::mixed_site();
    let (fc, _) = names::lifetimes();
    let (self_mut, self_token) = (&method.self_mut, &method.self_token);
    let lifetimes = &method.lifetimes;
    let named = method.lifetimes.iter().map(|param| &param.lifetime);
    let idents = method.params.iter().map(|param| &param.ident);
    let types = method.params.iter().map(|param| &param.ty);
    let output = future(&method.output.to_token_stream(), &fc);
    let bounds = method.bounds.iter().flat_map(|clause| &clause.predicates);
    quote_spanned! {site=>
        fn #name<#fc, #(#lifetimes),*>(
            &#fc #self_mut #self_token,
            #first
            #(#idents: #types),*
        ) -> #output
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

/// A method of the caller trait: it hands the guard to what is behind it.
fn forwarded(surface: &Surface<'_>, method: &Method<'_>) -> TokenStream {
    let site = Span::mixed_site();
    let private = &surface.private;
    let (raw, key, object) = (names::raw(site), names::key(site), names::object(site));
    let (cfgs, name) = (&method.cfgs, &method.function.sig.ident);
    let sig = from_twice_inside(signature(method));
    let self_token = &method.self_token;
    let idents = method.params.iter().map(|param| &param.ident);
    let behind = match method.self_mut {
        Some(_) => quote!(__failclosed_behind_mut),
        None => quote!(__failclosed_behind),
    };
    let behind = quote_spanned! {site=>
        <Self as #private::OnlyGuarded<dyn super::#raw>>::#behind(#self_token, #key(()))
    };
    let body = match method.kind {
        Kind::Unguarded => quote_spanned!(site=> super::#raw::#name(#behind.1, #(#idents),*)),
        Kind::Guarded { .. } => {
            let (before, inner) = (local("before", site), local("inner", site));
            let checked = names::checked(name);
            quote_spanned! {site=>
                let (#before, #inner) = #behind;
                #object::#checked(#inner, #before, #(#idents),*)
            }
        }
    };
    quote_spanned!(site=> #(#cfgs)* #sig { #body })
}

/// A guarded method of the object.
struct Checked {
    sig: TokenStream,
    body: TokenStream,
}

/// A guarded method behind its guard, in one box with its check.
fn checked(surface: &Surface<'_>, method: &Method<'_>) -> Option<Checked> {
    let Kind::Guarded { args, bound, arguments, .. } = &method.kind else {
        return None;
    };
    let site = Span::mixed_site();
    let (private, its_guard) = (&surface.private, names::before(site));
    let (cfgs, name) = (&method.cfgs, &method.function.sig.ident);
    let (before, (fc, _)) = (local("before", site), names::lifetimes());
    let first = quote_spanned!(site=> #before: #its_guard<#fc>,);
    let sig = from_twice_inside(boxing(method, &names::checked(name), Some(first)));
    let self_token = &method.self_token;
    let idents = method.params.iter().map(|param| &param.ident);
    let (denied, failed) = (denied(surface, method, args), failed(surface, method, args));
    let asked = quote_spanned! {site=>
        #private::Offer::enter(
            #private::Before::guard(#before),
            super::#arguments { #(#idents,)* __failclosed: ::core::marker::PhantomData },
            #self_token,
            #denied,
            #failed,
        )
    };
    let asked = if bound.is_empty() {
        asked
    } else {
        // What was bound is what is asked about and what the permit carries, in the parameter's place.
        let bound = bound.iter().map(|BoundName { ident, how, value, .. }| {
            let ty = how.ty.as_ref().map(|ty| from_twice_inside(ty.to_token_stream()));
            let ty = ty.map(|ty| quote_spanned!(site=> : #ty));
            let value = from_twice_inside(value.to_token_stream());
            quote_spanned!(site=> let #ident #ty = #value;)
        });
        quote_spanned!(site=> async move { #(#bound)* #asked.await })
    };
    let body = quote_spanned!(site=> ::std::boxed::Box::pin(#asked));
    Some(Checked { sig: quote_spanned!(site=> #(#cfgs)* #sig), body })
}

/// What a denial becomes, as a function.
fn denied(surface: &Surface<'_>, method: &Method<'_>, args: &Args) -> TokenStream {
    let (site, private) = (Span::mixed_site(), &surface.private);
    let output = from_twice_inside(method.output.to_token_stream());
    match &args.on_denied {
        Some(path) => {
            let path = from_twice_inside(path.to_token_stream());
            let denial = local("denial", site);
            quote_spanned!(site=> |#denial| #path(#denial))
        }
        None => quote_spanned!(site=> <#output as #private::FromDenial>::from_denial),
    }
}

/// Whether a result is a failure, as a function.
fn failed(surface: &Surface<'_>, method: &Method<'_>, args: &Args) -> TokenStream {
    let (site, private) = (Span::mixed_site(), &surface.private);
    let output = from_twice_inside(method.output.to_token_stream());
    match &args.on_denied {
        Some(_) => {
            let result = local("result", site);
            quote_spanned! {site=> |#result| {
                use #private::JudgeAny as _;
                #private::Judge(#result).failed()
            }}
        }
        None => quote_spanned!(site=> <#output as #private::FromDenial>::failed),
    }
}

fn from_twice_inside(tokens: TokenStream) -> TokenStream {
    from_inside(from_inside(tokens))
}
