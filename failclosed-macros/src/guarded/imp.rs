//! An `impl` of a guarded trait: it implements the raw one.
//!
//! Which methods are guarded only the trait knows. Here, an `async fn` is taken to be guarded unless
//! it says `#[unguarded]`, and any other is taken not to be. A mistake does not compile: the raw
//! trait's guarded methods take what was granted, the others do not.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::{
    FnArg, GenericParam, ItemImpl, LifetimeParam, Path, ReceiverKind, Signature, Token, Type,
    spanned::Spanned,
};

use super::{
    body::{Redeemed, Taken, boxed, future, opaque, pattern, redeemed},
    lifetimes,
    marks::{self, Mark},
    names,
    options::Options,
    parse::{Item, Whole},
    refused,
    surface::lints_alone,
};
use crate::{
    diag::{self, Errors},
    expand::local,
    item::{Body, GuardedFn},
    params::{Params, PermitParam},
};

// Input:
//     #[guarded] impl pay::Payments for Stripe {
//         async fn charge(&self, vendor: &str) -> Result<Receipt, E> { BODY }
//         fn currency(&self) -> &'static str { "EUR" }
//     }
// Output:
//     impl pay::payments::Raw for Stripe {
//         fn granted_charge<'fc, 'call>(&'fc self, granted: PermitFor<'call, pay::payments::ChargeArgs<'fc>>)
//             -> impl Future<Output = Result<Receipt, E>> + Send + 'call where 'fc: 'call { .. BODY .. }
//         fn currency(&self) -> &'static str { "EUR" }
//     }
pub(crate) fn expand(
    options: &Options,
    whole: &Whole,
    header: &ItemImpl,
    path: &Path,
    mut errors: Errors,
) -> TokenStream {
    check_header(options, header, &mut errors);
    if let Some(place) = lifetimes::of_async_trait(whole) {
        errors.push(diag::guarded::async_trait(place));
        return refused(errors);
    }
    let module = names::module_path(path);
    if module.is_none() {
        errors.push(diag::guarded::generic_trait(path.span()));
    }
    let mut items = TokenStream::new();
    for item in &whole.items {
        match item {
            Item::Fn(function) => {
                items.extend(
                    module
                        .as_ref()
                        .and_then(|module| method(options, module, function, &mut errors)),
                );
            }
            Item::Type(tokens) => errors.push(diag::guarded::associated_type(tokens.span())),
            Item::Const(tokens) => errors.push(diag::guarded::associated_const(tokens.span())),
            Item::Macro(tokens) => errors.push(diag::guarded::macro_inside(tokens.span())),
        }
    }
    match (module, errors.finish()) {
        (Some(module), Ok(())) => {
            let site = Span::mixed_site();
            let raw = names::raw(site.located_at(path.span()));
            let (attrs, inner_attrs) = (&header.attrs, &whole.inner_attrs);
            let (implement, _, bounds) = header.generics.split_for_impl();
            let self_ty = &header.self_ty;
            quote_spanned! {site=>
                #(#attrs)*
                impl #implement #module::#raw for #self_ty #bounds {
                    #(#inner_attrs)*
                    #items
                }
            }
        }
        // FAIL CLOSED: what was refused implements nothing.
        (_, reported) => reported.err().unwrap_or_default(),
    }
}

fn check_header(options: &Options, header: &ItemImpl, errors: &mut Errors) {
    let help = "write it on the trait's method, or wrap the value by that guard";
    let seen = "write it on the trait, or on its method";
    let unused = [("guard", help), ("on_denied", help), ("skip", seen), ("mask", seen)];
    options.refuse(&unused, "an `impl` of a guarded trait", errors);
    for attr in &header.attrs {
        if attr.path().segments.last().is_some_and(|last| last.ident == "async_trait") {
            errors.push(diag::guarded::async_trait(attr.path().span()));
        }
    }
    if let Some(unsafety) = &header.unsafety {
        errors.push(diag::guarded::modifier(unsafety.span(), "unsafe impl"));
    }
}

/// A method's signature, taken apart.
struct Parts {
    self_token: Token![self],
    self_mut: Option<Token![mut]>,
    lifetimes: Vec<LifetimeParam>,
    permit: Option<PermitParam>,
    params: Vec<Taken>,
    output: Type,
}

fn method(
    options: &Options,
    module: &Path,
    function: &GuardedFn,
    errors: &mut Errors,
) -> Option<TokenStream> {
    // A reason may be given here, and counts in the trait.
    let mark = marks::read(function, false, errors);
    let Some(body) = &function.body else {
        errors.push(diag::fun::no_body(function.sig.ident.span()));
        return None;
    };
    let attrs = marks::without(&function.attrs);
    let sig = &function.sig;
    if sig.asyncness.is_none() {
        // Unguarded, or the compiler says that the raw trait has another signature.
        let Body { inner_attrs, tokens, .. } = body;
        let vis = &function.vis;
        let mut method = quote!(#(#attrs)* #vis #sig);
        body.brace.surround(&mut method, |inside| {
            inside.extend(quote!(#(#inner_attrs)* #tokens));
        });
        return Some(method);
    }
    let parts = errors.keep(take_apart(sig))?;
    let vis = &function.vis;
    let mut tokens = quote!(#(#attrs)* #vis);
    match mark {
        Mark::Unguarded => tokens.extend(unguarded(options, sig, &parts, body)),
        Mark::Guarded | Mark::None => {
            tokens.extend(guarded(options, module, sig, &parts, body));
        }
    }
    Some(tokens)
}

fn take_apart(sig: &Signature) -> syn::Result<Parts> {
    let Some(FnArg::Receiver(receiver)) = sig.inputs.first() else {
        return Err(diag::guarded::no_receiver(sig.ident.span()));
    };
    let self_mut = match &receiver.kind {
        ReceiverKind::Reference(_, None, self_mut) => self_mut,
        ReceiverKind::Reference(_, Some(lifetime), _) => {
            return Err(diag::guarded::receiver_lifetime(lifetime.span()));
        }
        _ => return Err(diag::guarded::receiver(receiver.span())),
    };
    // The signature is written anew, and what is not carried over must not get lost.
    if !matches!(sig.safety, syn::Safety::Default) {
        return Err(diag::guarded::modifier(sig.safety.span(), "unsafe fn"));
    }
    if let Some(abi) = &sig.abi {
        return Err(diag::fun::foreign(abi.extern_token.span()));
    }
    if let Some(constness) = &sig.constness {
        return Err(diag::fun::constant(constness.span()));
    }
    let mut lifetimes = Vec::new();
    for param in &sig.generics.params {
        match param {
            GenericParam::Lifetime(lifetime) => lifetimes.push(lifetime.clone()),
            other => return Err(diag::guarded::generic_method(other.span())),
        }
    }
    // The permit alone: the patterns keep their `mut`, for they are bound as they are.
    let mut permits = sig.clone();
    let mut unread = Errors::new();
    let permit = Params::take(&mut permits, &mut unread).permit;
    unread.finish().map_err(|_| diag::fun::permit_pattern(sig.inputs.span()))?;
    let (fc, _) = names::lifetimes();
    let mut params = Vec::new();
    for input in sig.inputs.iter().skip(1) {
        let FnArg::Typed(typed) = input else { continue };
        let lints = lints_alone(&typed.attrs)?;
        if typed.attrs.iter().any(|attr| attr.path().is_ident("permit")) {
            continue;
        }
        let mut ty = (*typed.ty).clone();
        if lifetimes::is_opaque(&ty) {
            return Err(diag::guarded::generic_method(ty.span()));
        }
        lifetimes::name(&mut ty, &fc);
        params.push(Taken { lints, pattern: pattern(&typed.pat), ty });
    }
    Ok(Parts {
        self_token: receiver.self_token,
        self_mut: *self_mut,
        lifetimes,
        permit,
        params,
        output: lifetimes::output(&sig.output, &fc),
    })
}

fn guarded(
    options: &Options,
    module: &Path,
    sig: &Signature,
    parts: &Parts,
    body: &Body,
) -> TokenStream {
    let site = Span::mixed_site();
    let private = options.krate.private();
    let (fc, call) = names::lifetimes();
    let Parts { self_token, self_mut, lifetimes, .. } = parts;
    let (name, arguments) = (&sig.ident, names::arguments(&sig.ident));
    let raw_name = names::granted(name);
    let named: Vec<_> = lifetimes.iter().map(|param| &param.lifetime).collect();
    let bounds = sig.generics.where_clause.iter().flat_map(|clause| &clause.predicates);
    let granted = local("granted", site);
    let output = parts.output.to_token_stream();
    let returned = opaque(name, &output, &call);
    let statements = redeemed(
        &Redeemed {
            private: &private,
            granted: &granted,
            place: name.span(),
            permit: parts.permit.as_ref(),
            params: parts.params.clone(),
            output,
        },
        body,
    );
    let inner_attrs = &body.inner_attrs;
    quote_spanned! {site=>
        fn #raw_name<#fc, #call, #(#lifetimes),*>(
            &#fc #self_mut #self_token,
            #granted: #private::PermitFor<#call, #module::#arguments<#fc, #(#named),*>>,
        ) -> #returned
        where #fc: #call, #(#named: #call,)* #(#bounds,)*
        {
            #(#inner_attrs)*
            #statements
        }
    }
}

fn unguarded(options: &Options, sig: &Signature, parts: &Parts, body: &Body) -> TokenStream {
    let site = Span::mixed_site();
    let private = options.krate.private();
    let (fc, _) = names::lifetimes();
    let Parts { self_token, self_mut, lifetimes, .. } = parts;
    let name = &sig.ident;
    let named = lifetimes.iter().map(|param| &param.lifetime);
    let bounds = sig.generics.where_clause.iter().flat_map(|clause| &clause.predicates);
    let params =
        parts.params.iter().map(|Taken { lints, pattern, ty }| quote!(#(#lints)* #pattern: #ty));
    let output = parts.output.to_token_stream();
    let returned = future(&output, &fc);
    let statements = boxed(&private, &output, body);
    let inner_attrs = &body.inner_attrs;
    quote_spanned! {site=>
        fn #name<#fc, #(#lifetimes),*>(&#fc #self_mut #self_token, #(#params),*) -> #returned
        where #(#named: #fc,)* #(#bounds,)*
        {
            #(#inner_attrs)*
            #statements
        }
    }
}
