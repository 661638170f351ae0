//! A decorator for a trait that belongs to somebody else.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::{FnArg, Ident, ItemTrait, Meta, Pat, Path, spanned::Spanned};

use super::{
    held, inherited,
    marks::{self, Mark},
    names::{self, from_inside, visibility_inside},
    options::Options,
    parse::{Item, Whole},
    refused,
};
use crate::{
    diag::{self, Errors},
    item::GuardedFn,
    path::CratePath,
};

// Input:
//     #[guarded(remote = vendor::Client)] pub trait GuardedClient: Send + Sync {
//         #[requires_permission(action = "purchase")] async fn charge(&self, amount: u64) -> R;
//         #[unguarded(reason = "..")] fn currency(&self) -> &'static str;
//     }
// Output:
//     mod __failclosed_guarded_client {                       // whose fields nobody else sees
//         pub struct GuardedClient<T> { guard: Guard, inner: T }
//         impl<T> GuardedClient<T> { pub fn new(guard: &Guard, inner: T) -> Self { .. } }
//         impl<T: vendor::Client + Send + Sync> vendor::Client for GuardedClient<T> {
//             #[requires_permission(action = "purchase", guard = self.guard)]
//             async fn charge(&self, amount: u64) -> R { <T as vendor::Client>::charge(&self.inner, amount).await }
//             fn currency(&self) -> &'static str { <T as vendor::Client>::currency(&self.inner) }
//         }
//     }
//     pub use __failclosed_guarded_client::GuardedClient;
pub(crate) fn expand(
    options: &Options,
    whole: &Whole,
    header: &ItemTrait,
    remote: &Path,
    mut errors: Errors,
) -> TokenStream {
    let unused = [
        ("guard", "the decorator is given its guard: `new(&guard, client)`"),
        ("default", "mark each method: the decorator is all that stands before the client"),
    ];
    options.refuse(&unused, "a decorator", &mut errors);
    inherited::check_names(options, whole.functions(), &mut errors);
    if !header.generics.params.is_empty() {
        errors.push(diag::guarded::generic_trait(header.generics.params.span()));
    }
    if let Some(span) = names::code_in(header.supertraits.to_token_stream()) {
        errors.push(diag::guarded::code_inside(span));
    }
    let mut methods = TokenStream::new();
    for item in &whole.items {
        match item {
            Item::Fn(function) => {
                methods.extend(method(options, function, remote, &mut errors));
            }
            Item::Type(tokens) | Item::Const(tokens) => {
                errors.push(diag::guarded::remote_item(tokens.span()));
            }
            Item::Macro(tokens) => errors.push(diag::guarded::macro_inside(tokens.span())),
        }
    }
    if !errors.is_empty() {
        return refused(errors);
    }
    drop(errors.finish());
    let site = Span::mixed_site();
    let private = options.krate.private();
    let (vis, inner, name) = (&header.vis, visibility_inside(&header.vis), &header.ident);
    let module = Ident::new(&format!("__failclosed_{}", names::module(name)), site);
    let bounds = from_inside(header.supertraits.to_token_stream());
    let (methods, foreign) = (from_inside(methods), from_inside(remote.to_token_stream()));
    // Documentation is the struct's; the rest, such as `#[async_trait]`, is for the `impl`.
    let (docs, attrs): (Vec<_>, Vec<_>) =
        header.attrs.iter().partition(|attr| attr.path().is_ident("doc"));
    let about = format!(
        "An implementation of `{}` that asks before each guarded method.\n\n\
         It guards what is called through it. The client itself stays as usable as it was for \
         whoever holds it: hand out nothing but this.",
        remote.to_token_stream().to_string().replace(' ', "")
    );
    quote_spanned! {site=>
        mod #module {
            #[allow(unused_imports)]
            use super::*;

            #(#docs)*
            #[doc = #about]
            #inner struct #name<T> {
                guard: #private::Guard,
                inner: T,
            }

            impl<T> #name<T> {
                /// Puts a client behind a guard.
                #inner fn new(guard: &#private::Guard, inner: T) -> Self {
                    Self { guard: ::core::clone::Clone::clone(guard), inner }
                }
            }

            #[automatically_derived]
            impl<T> ::core::fmt::Debug for #name<T> {
                fn fmt(&self, f: &mut ::core::fmt::Formatter<'_>) -> ::core::fmt::Result {
                    f.write_str(::core::stringify!(#name))
                }
            }

            #(#attrs)*
            impl<T: #foreign + #bounds> #foreign for #name<T> {
                #methods
            }
        }

        #[allow(unused_imports)]
        #vis use #module::#name;
    }
}

fn method(
    options: &Options,
    function: &GuardedFn,
    remote: &Path,
    errors: &mut Errors,
) -> Option<TokenStream> {
    let mark = marks::required(function, errors);
    if let Some(body) = &function.body {
        errors.push(diag::guarded::async_default_of_remote(body.brace.span.join()));
    }
    let sig = &function.sig;
    let Some(FnArg::Receiver(receiver)) = sig.inputs.first() else {
        errors.push(diag::guarded::no_receiver(sig.ident.span()));
        return None;
    };
    let syn::ReceiverKind::Reference(_, _, mutability) = &receiver.kind else {
        errors.push(diag::guarded::receiver(receiver.span()));
        return None;
    };
    let mut names = Vec::new();
    for input in sig.inputs.iter().skip(1) {
        let FnArg::Typed(typed) = input else { continue };
        match &*typed.pat {
            Pat::Ident(name) if name.by_ref.is_none() && name.subpat.is_none() => {
                names.push(&name.ident);
            }
            other => errors.push(diag::guarded::parameter_pattern(other.span())),
        }
    }
    let mut attrs = marks::without_unguarded(&function.attrs);
    let said = attrs.iter().filter(|attr| !attr.path().is_ident("doc")).map(|attr| &attr.meta);
    let said = quote!(#(#said)*);
    if let Some(span) = names::code_in(quote!(#sig #said)) {
        errors.push(diag::guarded::code_inside(span));
    } else if let Some(span) = names::field_in(said, "inner") {
        // FAIL CLOSED: what is looked up is written where the decorator's fields are seen.
        errors.push(diag::guarded::client_field(span));
    }
    if let Mark::Guarded = mark {
        let forwarded = Options::guarding(options);
        let parameters = inherited::parameters(sig);
        attrs.iter_mut().filter(|attr| marks::is_guard(attr)).for_each(|attr| {
            forwarded.hand_on(attr, &parameters);
            absolute(attr, &options.krate);
        });
    }
    let site = Span::mixed_site();
    let (name, self_token) = (&sig.ident, &receiver.self_token);
    let inner = quote_spanned!(site=> &#mutability #self_token.inner);
    let awaited = sig.asyncness.map(|_| quote!(.await));
    let body = quote_spanned!(site=> <T as #remote>::#name(#inner, #(#names),*)#awaited);
    let guard = attrs.iter().find(|attr| marks::is_guard(attr));
    let held = guard.map(|guard| held::held(name, guard));
    Some(quote!(#(#attrs)* #sig { #held #body }))
}

/// A trait's attribute needs no import, for `#[guarded]` reads it; here it is handed on.
pub(super) fn absolute(attr: &mut syn::Attribute, krate: &CratePath) {
    let Some(name) = attr.path().segments.last().map(|last| last.ident.clone()) else { return };
    let here = Span::call_site().located_at(name.span());
    let root = krate.to_token_stream();
    let path: Path = syn::parse_quote_spanned!(here=> #root::#name);
    match &mut attr.meta {
        Meta::Path(place) => *place = path,
        Meta::List(list) => list.path = path,
        Meta::NameValue(pair) => pair.path = path,
    }
}
