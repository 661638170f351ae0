//! A checked function, as tokens.
//!
//! Every local of ours is `mixed_site`: the body cannot see it. Every path is absolute. Outer
//! attributes are never added: rmcp's `#[tool]` would lose the description above them.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote, quote_spanned};
use syn::{Attribute, Expr, Ident, ext::IdentExt, spanned::Spanned, token::Brace};

use crate::{
    args::{Action, Args},
    check::{BoundName, Checked, ShownArgument, check, is_place, may_fail, operand},
    diag::Errors,
    fallback,
    guarded::held,
    item::GuardedFn,
    params::{Binding, PermitParam},
    shape::Shape,
};

/// The attribute.
pub(crate) fn requires_permission(args: TokenStream, item: TokenStream) -> TokenStream {
    let mut errors = Errors::new();
    let args = Args::parse(args, &mut errors);
    let function = match GuardedFn::parse(item.clone()) {
        Ok(mut function) => {
            // From here on the body is behind its guard, or is not emitted.
            if let Some(body) = &mut function.body {
                body.tokens = held::released(std::mem::take(&mut body.tokens));
            }
            function
        }
        Err(error) => {
            errors.push(error);
            return fallback::item(item, errors);
        }
    };
    match check(&args, &function, &mut errors) {
        // FAIL CLOSED: one error, and the body is not emitted.
        Some(checked) if errors.is_empty() => match errors.finish() {
            Ok(()) => guarded(&args, &checked),
            Err(errors) => errors,
        },
        Some(_) | None => fallback::function(&function, item, errors),
    }
}

// Input:
//     async fn charge(vendor: &str) -> Result<Receipt, E> { BODY }
// Output:
//     async fn charge(vendor: &str) -> Result<Receipt, E> {
//         let guard = current();
//         let call = match enter(&Asking::new(
//             &guard, Entry::named("purchase"), &|q| Question::argument(q, "vendor", &vendor),
//         )).await {
//             Ok(call) => call,
//             Err(denial) => return <Result<Receipt, E> as FromDenial>::from_denial(denial),
//         };
//         let result = async move {
//             if false { return returns::<Result<Receipt, E>>(); }
//             let vendor = vendor;
//             BODY
//         }.await;
//         Call::conclude(&call, <Result<Receipt, E> as FromDenial>::failed(&result));
//         result
//     }
fn guarded(args: &Args, checked: &Checked) -> TokenStream {
    let function = &checked.function;
    let private = args.krate.private();
    let site = Span::mixed_site();
    // What the permit borrows from, located where the permit is: there one reads that it ends.
    let lender = checked.params.permit.as_ref().map_or(site, |permit| permit.ident.span());
    let (call, result) = (local("call", lender), local("result", site));
    let prologue = prologue(args, checked, &call);
    let inner_attrs = &checked.body.inner_attrs;
    let body = block(checked, &private);
    let failed = failed(args, checked, &result);

    let statements = match checked.shape {
        Shape::Async => {
            quote_spanned! {site=>
                #prologue
                let #result = async move #body.await;
                #private::Call::conclude(&#call, #failed);
                #result
            }
        }
        Shape::Boxed | Shape::Opaque => {
            let future = match (&checked.shape, &function.sig.output) {
                // The type keeps a body of two `Box::pin`s from becoming two types.
                (Shape::Boxed, output) => quote_spanned!(site=> move || #output #body),
                (Shape::Opaque | Shape::Async, _) => quote_spanned!(site=> move || #body),
            };
            let awaited = quote_spanned! {site=>
                async move {
                    #prologue
                    let #result = (#future)().await;
                    #private::Call::conclude(&#call, #failed);
                    #result
                }
            };
            match checked.shape {
                Shape::Boxed => quote_spanned!(site=> ::std::boxed::Box::pin(#awaited)),
                Shape::Opaque | Shape::Async => awaited,
            }
        }
    };
    let mut tokens = function.to_token_stream();
    checked.body.brace.surround(&mut tokens, |tokens| {
        for attr in inner_attrs {
            attr.to_tokens(tokens);
        }
        statements.to_tokens(tokens);
    });
    tokens
}

// Input:
//     #[requires_permission(action = "charge")] "charge" => { BODY }
// Output:
//     {
//         let call = match enter(&Asking::new(..)).await { Ok(call) => call, Err(denial) => return .. };
//         let result = async { if false { return returns::<R>(); } BODY }.await;
//         Call::conclude(&call, ..);
//         result
//     }
//
// The body is not `async move`, and binds nothing anew: what an arm binds may borrow from a parameter.
pub(crate) fn arm(args: &Args, checked: &Checked) -> TokenStream {
    let private = args.krate.private();
    let site = Span::mixed_site();
    let (call, result) = (local("call", site), local("result", site));
    let prologue = prologue(args, checked, &call);
    let (output, tokens) = (checked.output.named(), &checked.body.tokens);
    let inner_attrs = &checked.body.inner_attrs;
    let inside = quote_spanned! {site=>
        if false {
            return #private::returns::<#output>();
        }
        #tokens
    };
    let body = braced(&checked.body.brace, quote!(#(#inner_attrs)* #inside));
    let failed = failed(args, checked, &result);
    quote_spanned! {site=> {
        #prologue
        let #result = async #body.await;
        #private::Call::conclude(&#call, #failed);
        #result
    }}
}

/// A local of ours. Hygiene hides it from the body; the prefix is for the user's constants, which a
/// `let` of the same name would be matched against.
pub(crate) fn local(name: &str, located: Span) -> Ident {
    Ident::new(&format!("__failclosed_{name}"), Span::mixed_site().located_at(located))
}

/// The check: up to a `call` that is allowed, or a `return`.
fn prologue(args: &Args, checked: &Checked, call: &Ident) -> TokenStream {
    let private = args.krate.private();
    let site = Span::mixed_site();
    // Lent from as the call is: located with it, or one error becomes two.
    let (guard, action) = (local("guard", call.span()), local("action", call.span()));
    let denial = local("denial", site);
    let asking_guard = borrowed(call.span(), &guard);
    let asked = match &args.guard {
        Some(expr) => {
            let borrowed = borrowed(expr.span(), &operand(expr));
            quote_spanned!(site=> #private::guard_of(#borrowed))
        }
        None => match &checked.params.receiver {
            Some(receiver) => {
                let borrowed = borrowed(receiver.span(), receiver);
                quote_spanned!(site=> #private::guard_of(#borrowed))
            }
            None => quote_spanned!(site=> #private::current()),
        },
    };
    let (carried, entry) = match &checked.action {
        Action::Name(name) => {
            (TokenStream::new(), quote_spanned!(site=> #private::Entry::named(#name)))
        }
        Action::Unit(value) => carried(&action, &private, value),
        Action::Carrying(value) => carried(&action, &private, value),
    };
    let (bound, again) = bound(checked, &private);
    let recomputed =
        recomputed(checked).into_iter().map(|expr| recomputed_in_place(expr, &private));
    let recomputed: Vec<_> = again.into_iter().chain(recomputed).collect();
    let show = show(args, &checked.shown, &recomputed, &private);
    let denied = match &args.on_denied {
        Some(path) => {
            let here = site.located_at(path.span());
            quote_spanned!(here=> #path(#denial))
        }
        None if checked.output.is_nameable() => {
            let output = checked.output.named();
            quote_spanned!(site=> <#output as #private::FromDenial>::from_denial(#denial))
        }
        None => quote_spanned!(site=> #private::denied(#denial)),
    };
    let permit = checked.params.permit.as_ref().map(|permit| {
        let PermitParam { ident: name, ty, cfgs, .. } = permit;
        // Located at the parameter, where "expected another permit" and "does not live long enough"
        // have to point.
        let here = site.located_at(name.span());
        let lender = borrowed(name.span(), call);
        let lent = quote_spanned!(here=> #private::lend::<#ty, _, _>(#lender));
        quote_spanned!(site=> #(#cfgs)* let #name: #ty = #lent;)
    });
    quote_spanned! {site=>
        let #guard = #asked;
        #bound
        #carried
        let #call = match #private::enter(&#private::Asking::new(
            #asking_guard,
            #entry,
            #show,
        ))
        .await
        {
            ::core::result::Result::Ok(#call) => #call,
            ::core::result::Result::Err(#denial) => return #denied,
        };
        #permit
    }
}

/// `&value`, located at the value: it is what an error is about, not the attribute.
fn borrowed(value_span: Span, value: &impl ToTokens) -> TokenStream {
    let here = Span::mixed_site().located_at(value_span);
    quote_spanned!(here=> &#value)
}

/// The statement that holds an action, and the entry that borrows it.
fn carried(
    action: &Ident,
    private: &TokenStream,
    value: &impl ToTokens,
) -> (TokenStream, TokenStream) {
    let site = Span::mixed_site();
    let here = site.located_at(value.span());
    let borrowed = borrowed(here, &local("action", here));
    (
        quote_spanned!(site=> let #action = #value;),
        quote_spanned!(site=> #private::Entry::of(#borrowed)),
    )
}

/// What the executor shows, as a closure: its expressions are evaluated when the question is written
/// down and again after each wait, so that what they compute is compared too.
fn show(
    args: &Args,
    shown: &[ShownArgument],
    recomputed: &[TokenStream],
    private: &TokenStream,
) -> TokenStream {
    let site = Span::mixed_site();
    let question = local("question", site);
    let shown = self::shown(args, shown, recomputed, private);
    quote_spanned! {site=>
        &|#question: &mut #private::Question<'_>| { #shown }
    }
}

/// The statements that show it, to a `question`.
pub(crate) fn shown(
    args: &Args,
    shown: &[ShownArgument],
    recomputed: &[TokenStream],
    private: &TokenStream,
) -> TokenStream {
    let site = Span::mixed_site();
    let question = local("question", site);
    let instance = args.instance.as_ref().map(|expr| {
        let borrowed = borrowed(expr.span(), &operand(expr));
        quote_spanned!(site=> #private::Question::instance(#question, #borrowed);)
    });
    let resource = args.resource.as_ref().map(|expr| {
        let borrowed = borrowed(expr.span(), &resource_operand(expr));
        quote_spanned!(site=> #private::Question::resource(#question, #borrowed);)
    });
    let any_passed = shown.iter().any(|argument| argument.passed && !argument.masked);
    let shown =
        shown.iter().map(|ShownArgument { name, value, span, cfgs, masked, passed, .. }| {
            // Located at the user's own tokens, so that "cannot be shown" points there.
            let here = site.located_at(*span);
            if *passed && !*masked {
                return passed_as(name, value, here, cfgs, private);
            }
            let value = quote_spanned!(here=> &#value as &dyn #private::Argument);
            let show = Ident::new(if *masked { "masked" } else { "argument" }, site);
            quote_spanned!(site=> #(#cfgs)* #private::Question::#show(#question, #name, #value);)
        });
    // In scope for the one line that a parameter takes; a condition may take all of them.
    let kinds = any_passed.then(|| {
        quote_spanned! {site=>
            #[allow(unused_imports)]
            use #private::AnyPassed as _;
        }
    });
    quote_spanned! {site=>
        #instance
        #kinds
        #resource
        #(#shown)*
        #(#recomputed)*
    }
}

// Output:
//     Passed(&vendor).failclosed_kind().show(q, "vendor", &vendor);
//
// The type decides whether it is an argument: one that the runtime lists as what came with the call has
// a method of its own, which comes before the trait's.
fn passed_as(
    name: &str,
    value: &TokenStream,
    here: Span,
    cfgs: &[Attribute],
    private: &TokenStream,
) -> TokenStream {
    let site = Span::mixed_site();
    let question = local("question", site);
    let (kind, shown) = (Ident::new("failclosed_kind", here), Ident::new("show", here));
    let borrowed = quote_spanned!(here=> &#value);
    let passed = quote_spanned!(here=> #private::Passed(#borrowed).#kind().#shown);
    quote_spanned!(site=> #(#cfgs)* #passed(#question, #name, #borrowed);)
}

/// `("Path", path)` names a resource without moving anything into it.
fn resource_operand(expr: &Expr) -> TokenStream {
    match expr {
        Expr::Tuple(pair) => {
            let elements = pair.elems.iter().map(|element| {
                let borrowed = borrowed(element.span(), &operand(element));
                quote_spanned!(element.span()=> #borrowed)
            });
            quote_spanned!(expr.span()=> (#(#elements),*))
        }
        expr => operand(expr),
    }
}

/// What an action was computed from, where the body is not lent the action: it would compute it anew.
fn recomputed(checked: &Checked) -> Vec<&Expr> {
    match (&checked.action, &checked.params.permit) {
        (Action::Carrying(action), None) => {
            action.fields.iter().map(|field| &field.expr).filter(|expr| !is_place(expr)).collect()
        }
        _ => Vec::new(),
    }
}

/// `Question::computed(question, &expr)`, in the closure that shows.
fn recomputed_in_place(expr: &Expr, private: &TokenStream) -> TokenStream {
    let site = Span::mixed_site();
    let (here, question) = (site.located_at(expr.span()), local("question", site));
    let value = operand(expr);
    let value = quote_spanned!(here=> &#value as &dyn #private::Argument);
    quote_spanned!(site=> #private::Question::computed(#question, #value);)
}

// Input:
//     args(let total = cart.total())
// Output:
//     let again_0 = |q: &mut Question<'_>| Question::computed(q, &cart.total());
//     let total = cart.total();
// and, where the question is shown,
//     again_0(q);
//
// The closure stands before the name, which may be that of a parameter in its expression.
fn bound(checked: &Checked, private: &TokenStream) -> (TokenStream, Vec<TokenStream>) {
    let site = Span::mixed_site();
    let question = local("question", site);
    let (mut statements, mut again) = (TokenStream::new(), Vec::new());
    for (index, name) in checked.bound.iter().enumerate() {
        let BoundName { ident, how, value, cfgs, prepared, .. } = name;
        if name.again {
            let closure = local(&format!("again_{index}"), site);
            let computed = recomputed_in_place(value, private);
            statements.extend(quote_spanned! {site=>
                #(#cfgs)*
                let #closure = |#question: &mut #private::Question<'_>| { #computed };
            });
            again.push(quote_spanned!(site=> #(#cfgs)* #closure(#question);));
        }
        let ty = how.ty.as_ref().map(|ty| quote_spanned!(site=> : #ty));
        let value = if *prepared { kept_inside(value) } else { value.to_token_stream() };
        statements.extend(quote_spanned!(site=> #(#cfgs)* let #ident #ty = #value;));
    }
    (statements, again)
}

// Input:
//     prepare(path = self.resolve(&path).await?)
// Output:
//     match (async { Ok(self.resolve(&path).await?) }).await { Ok(it) => it, Err(why) => return Err(why) }
//
// A macro may expand to a `return`, which nobody sees here: in a block of its own it gives a value, and
// not the answer of a body that nobody has allowed. Only an error leaves the function.
fn kept_inside(value: &Expr) -> TokenStream {
    let site = Span::mixed_site();
    if !may_fail(value) {
        return quote_spanned!(site=> (async { #value }).await);
    }
    let (it, why) = (local("prepared", site), local("why", site));
    quote_spanned! {site=>
        match (async { ::core::result::Result::Ok(#value) }).await {
            ::core::result::Result::Ok(#it) => #it,
            ::core::result::Result::Err(#why) => return ::core::result::Result::Err(#why),
        }
    }
}

/// The body's block, located at the user's braces: that is where it lacks a value.
fn block(checked: &Checked, private: &TokenStream) -> TokenStream {
    let returns = match checked.shape {
        Shape::Async => {
            let output = checked.output.named();
            Some(quote_spanned! {Span::mixed_site()=>
                if false {
                    return #private::returns::<#output>();
                }
            })
        }
        Shape::Boxed | Shape::Opaque => None,
    };
    let (rebound, body) = (rebound(checked), &checked.body.tokens);
    braced(&checked.body.brace, quote!(#returns #rebound #body))
}

/// Statements between the braces that the user wrote.
pub(crate) fn braced(brace: &Brace, statements: TokenStream) -> TokenStream {
    let mut block = TokenStream::new();
    brace.surround(&mut block, |block| block.extend(statements));
    block
}

/// Binds every name anew inside the body's own block, as the signature had it, `mut` included: then
/// one that the body does not use is still reported, though the check has used it.
fn rebound(checked: &Checked) -> TokenStream {
    let site = Span::mixed_site();
    let permit = checked.params.permit.iter().map(|permit| {
        let PermitParam { ident, mutability, cfgs, lints, .. } = permit;
        (ident, mutability, cfgs, lints)
    });
    let bindings = checked
        .params
        .bindings
        .iter()
        // What the action was built from may have moved into it, and was used there; what the guard
        // was found by has done what it is for. What is bound may have moved out of a parameter, or
        // taken its name.
        .filter(|binding| {
            let is = |done: &&Ident| **done == binding.ident;
            let named = checked.bound.iter().any(|name| name.ident == binding.ident);
            let done = checked.carried.iter().chain(&checked.finding).chain(&checked.consumed);
            !named && (binding.mutability.is_some() || !done.into_iter().any(|read| is(&read)))
        })
        .map(|Binding { ident, mutability, cfgs, lints, .. }| (ident, mutability, cfgs, lints));
    let none = Vec::new();
    let bound = checked
        .bound
        .iter()
        .filter(|name| !checked.carried.contains(&name.ident))
        .map(|BoundName { ident, how, cfgs, .. }| (ident, &how.mutability, cfgs, &none));
    permit
        .chain(bindings)
        .chain(bound)
        .map(|(ident, mutability, cfgs, lints)| {
            // `_card` is dropped where it would be without us, and so is bound anew as the others are.
            // That is no use of it, as a lint would have it.
            let unused = ident.unraw().to_string().starts_with('_');
            let quiet = unused.then(|| quote!(#[allow(clippy::used_underscore_binding)]));
            quote_spanned!(site=> #(#cfgs)* #(#lints)* #quiet let #mutability #ident = #ident;)
        })
        .collect()
}

/// Whether the result is a failure, for the record.
fn failed(args: &Args, checked: &Checked, result: &Ident) -> TokenStream {
    let private = args.krate.private();
    let site = Span::mixed_site();
    if args.on_denied.is_some() {
        return quote_spanned! {site=> {
            use #private::JudgeAny as _;
            #private::Judge(&#result).failed()
        }};
    }
    if checked.output.is_nameable() {
        let output = checked.output.named();
        return quote_spanned!(site=> <#output as #private::FromDenial>::failed(&#result));
    }
    quote!(#private::failed(&#result))
}
