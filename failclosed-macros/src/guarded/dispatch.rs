//! A function that dispatches by hand: one `match`, whose arms carry the marks.
//!
//! A guarded arm is an executor of its own. What it is asked about is what the body of the arm has:
//! the parameters of the function, and what the arm's pattern binds. Before the arm nothing may run.

use proc_macro2::{TokenStream, TokenTree};
use quote::{ToTokens, quote};
use syn::{
    Attribute, Expr, FnArg, Ident, Meta, Pat, PatType, Token, Type, TypeInfer,
    parse::{ParseStream, Parser},
    spanned::Spanned,
    token::Brace,
};

use super::{
    inherited,
    marks::{self, Mark},
    options::Options,
};
use crate::{
    args::{Action, Args},
    check::{Checked, ShownArgument, check, does_more_than_look},
    diag::{self, Errors},
    expand, fallback,
    guarded::held,
    item::{Body, GuardedFn},
    shape::Shape,
};
use failclosed_syntax::shown::names_in;

/// One arm, its body unread where it stands in braces.
struct Arm {
    attrs: Vec<Attribute>,
    pattern: Pat,
    condition: Option<(Token![if], Expr)>,
    arrow: Token![=>],
    body: Body,
}

/// `match scrutinee { arms }`
struct Dispatch {
    match_token: Token![match],
    scrutinee: Expr,
    brace: Brace,
    arms: Vec<Arm>,
}

/// By itself, outside of a guarded block.
pub(super) fn expand(
    options: &Options,
    mut function: GuardedFn,
    mut errors: Errors,
) -> TokenStream {
    if let Some(body) = &mut function.body {
        body.tokens = held::released(std::mem::take(&mut body.tokens));
    }
    if let Some(remote) = &options.remote {
        errors.push(diag::guarded::remote_impl(remote.span()));
    }
    let mut open = Vec::new();
    let body = dispatched(options, options, &function, &mut open, &mut errors);
    let warning =
        options.open.as_ref().map(|default| default.warning(&open, &function.attrs, &mut errors));
    finished(&function, body, warning, errors)
}

// Input:
//     #[guarded] async fn call(&self, request: Request) -> R {
//         match request.name.as_str() {
//             #[requires_permission(action = "charge")] "charge" => { BODY }
//             #[unguarded(reason = "there is no such tool")] _ => unknown(),
//         }
//     }
// Output:
//     async fn call(&self, request: Request) -> R {
//         match request.name.as_str() {
//             "charge" => {
//                 let call = match enter(&Asking::new(..)).await { .. Err(denial) => return .. };
//                 let result = async { BODY }.await;
//                 Call::conclude(&call, ..);
//                 result
//             }
//             _ => { unknown() }
//         }
//     }
//
// `own`: what the function's own attribute says; `options`: that, and what the block says.
pub(super) fn dispatched(
    own: &Options,
    options: &Options,
    function: &GuardedFn,
    open: &mut Vec<String>,
    errors: &mut Errors,
) -> Option<TokenStream> {
    let marked = |attr: &&Attribute| marks::is_guard(attr) || marks::is_unguarded(attr);
    if let Some(attr) = function.attrs.iter().find(marked) {
        errors.push(diag::guarded::dispatcher_and_guard(attr.path().span()));
    }
    let sig = &function.sig;
    match errors.keep(Shape::of(sig)) {
        Some((Shape::Boxed | Shape::Opaque, _)) => {
            errors.push(diag::fun::not_async(sig.fn_token.span));
        }
        Some((Shape::Async, _)) | None => {}
    }
    let permits = sig.inputs.iter().filter_map(|input| match input {
        FnArg::Typed(typed) => typed.attrs.iter().find(|attr| attr.path().is_ident("permit")),
        FnArg::Receiver(_) => None,
    });
    permits.for_each(|attr| errors.push(diag::guarded::permit_of_dispatcher(attr.path().span())));
    let Some(body) = &function.body else {
        errors.push(diag::fun::no_body(sig.ident.span()));
        return None;
    };
    let dispatch = errors.keep(Dispatch::of(body))?;
    if let Some(span) = does_more_than_look(&dispatch.scrutinee) {
        errors.push(diag::guarded::before_the_arms(span));
    }
    let sound = errors.is_empty();
    let matched = Matched { function, scrutinee: &dispatch.scrutinee };
    let executors: Vec<_> = dispatch.arms.iter().map(|arm| executor(function, arm)).collect();
    inherited::check_names(own, executors.iter(), errors);
    let arms: TokenStream = dispatch
        .arms
        .iter()
        .zip(executors)
        .filter_map(|(arm, executor)| {
            expanded(options, &matched, executor, arm, sound, open, errors)
        })
        .collect();
    let Dispatch { match_token, scrutinee, brace, .. } = &dispatch;
    let mut tokens = quote!(#match_token #scrutinee);
    brace.surround(&mut tokens, |tokens| tokens.extend(arms));
    Some(tokens)
}

/// The function with its arms; or, if anything was wrong, with no body at all.
pub(super) fn finished(
    function: &GuardedFn,
    dispatched: Option<TokenStream>,
    warning: Option<TokenStream>,
    errors: Errors,
) -> TokenStream {
    match (dispatched, &function.body) {
        (Some(dispatched), Some(body)) if errors.is_empty() => {
            drop(errors.finish());
            let inner_attrs = &body.inner_attrs;
            let mut tokens = function.to_token_stream();
            body.brace.surround(&mut tokens, |tokens| {
                tokens.extend(quote!(#(#inner_attrs)* #warning #dispatched));
            });
            tokens
        }
        // FAIL CLOSED: one error, and no arm is emitted. Marks are left out: their own errors would be
        // about something else.
        (_, body) => {
            let body = body.as_ref().map(|body| Body {
                brace: body.brace,
                inner_attrs: Vec::new(),
                tokens: TokenStream::new(),
            });
            let (vis, sig) = (function.vis.clone(), function.sig.clone());
            let named = GuardedFn { attrs: marks::without(&function.attrs), vis, sig, body };
            fallback::function(&named, TokenStream::new(), errors)
        }
    }
}

fn expanded(
    options: &Options,
    matched: &Matched<'_>,
    mut executor: GuardedFn,
    arm: &Arm,
    sound: bool,
    open: &mut Vec<String>,
    errors: &mut Errors,
) -> Option<TokenStream> {
    let Arm { pattern, condition, arrow, body, .. } = arm;
    if let Some(span) = condition.as_ref().and_then(|(_, expr)| does_more_than_look(expr)) {
        errors.push(diag::guarded::before_the_arms(span));
    }
    let (mark, silent) = marks::said(&executor, errors);
    if silent && options.open.is_some() {
        open.push(pattern.to_token_stream().to_string());
    } else if silent && !options.open_is_unread {
        // FAIL CLOSED: an arm that says nothing is the one that was forgotten.
        errors.push(diag::guarded::forgotten_arm(pattern.span()));
    }
    let body = match mark {
        Mark::Guarded if sound => guarded(options, &mut executor, matched, errors)?,
        Mark::Guarded => return None,
        Mark::Unguarded | Mark::None => {
            let mut plain = TokenStream::new();
            body.brace.surround(&mut plain, |inside| {
                body.inner_attrs.iter().for_each(|attr| attr.to_tokens(inside));
                body.tokens.to_tokens(inside);
            });
            plain
        }
    };
    let attrs = marks::without(&arm.attrs);
    let condition = condition.as_ref().map(|(word, expr)| quote!(#word #expr));
    Some(quote!(#(#attrs)* #pattern #condition #arrow #body))
}

/// The arm as the function that it stands for: what its pattern binds is one more parameter.
fn executor(function: &GuardedFn, arm: &Arm) -> GuardedFn {
    let mut sig = function.sig.clone();
    let underscore = Token![_](arm.pattern.span());
    sig.inputs.push(FnArg::Typed(PatType {
        attrs: Vec::new(),
        pat: Box::new(arm.pattern.clone()),
        colon_token: Token![:](arm.pattern.span()),
        ty: Box::new(Type::Infer(TypeInfer { attrs: Vec::new(), underscore_token: underscore })),
    }));
    let Body { brace, inner_attrs, tokens } = &arm.body;
    let (brace, inner_attrs, tokens) = (*brace, inner_attrs.clone(), tokens.clone());
    GuardedFn {
        attrs: arm.attrs.clone(),
        vis: function.vis.clone(),
        sig,
        body: Some(Body { brace, inner_attrs, tokens }),
    }
}

fn guarded(
    options: &Options,
    executor: &mut GuardedFn,
    matched: &Matched<'_>,
    errors: &mut Errors,
) -> Option<TokenStream> {
    let parameters = inherited::parameters(&executor.sig);
    let mut guards = executor.attrs.iter_mut().filter(|attr| marks::is_guard(attr));
    let attr = guards.next()?;
    options.hand_on(attr, &parameters);
    let tokens = match &attr.meta {
        Meta::List(list) => list.tokens.clone(),
        Meta::Path(_) | Meta::NameValue(_) => TokenStream::new(),
    };
    if let Some(second) = guards.next() {
        errors.push(diag::guarded::two_guards(second.path().span()));
    }
    let mut found = Errors::new();
    let args = Args::parse(tokens, &mut found);
    let checked = check(&args, executor, &mut found);
    if let Some(checked) = &checked {
        check_masked(&args, checked, matched, &mut found);
    }
    let refused = !found.is_empty();
    errors.absorb(found);
    match checked {
        Some(checked) if !refused => Some(expand::arm(&args, &checked)),
        // FAIL CLOSED: an arm that was refused is not emitted.
        _ => None,
    }
}

/// What the arms take apart.
struct Matched<'f> {
    function: &'f GuardedFn,
    scrutinee: &'f Expr,
}

// `match order { #[requires_permission(action = "pay", mask(card))] Order::Pay { card } => .. }`: the
// order has the card in it, and would be shown beside it.
fn check_masked(args: &Args, checked: &Checked, matched: &Matched<'_>, errors: &mut Errors) {
    let own = inherited::parameters(&matched.function.sig);
    let bound = |shown: &&ShownArgument| shown.masked && !own.contains(&shown.name);
    let Some(masked) = checked.shown.iter().find(bound) else { return };
    let taken_apart = |name: &Ident| {
        let name = inherited::name_of(name);
        own.contains(&name) && has_word(matched.scrutinee.to_token_stream(), &name)
    };
    for open in checked.shown.iter().filter(|shown| !shown.masked) {
        if open.reads.iter().any(taken_apart) {
            // FAIL CLOSED: it may hold what is masked.
            errors.push(diag::arg::masked_twice(open.span, &masked.name));
        }
    }
    // `resource = order.card`, `instance = order.card`, `action = Pay { card: order.card }`
    let mut named: Vec<_> = Vec::new();
    named.extend(args.resource.iter().map(|expr| (expr, diag::arg::masked_resource(expr.span()))));
    named.extend(args.instance.iter().map(|expr| (expr, diag::arg::masked_instance(expr.span()))));
    if let Action::Carrying(action) = &checked.action {
        let twice = |expr: &Expr| diag::arg::masked_twice(expr.span(), &masked.name);
        named.extend(action.fields.iter().map(|field| (&field.expr, twice(&field.expr))));
    }
    // Of the parameters in `args(..)` and `prepare(..)`, the loop above has spoken.
    let is_masked = |name: &Ident| {
        let name = inherited::name_of(name);
        checked.shown.iter().any(|shown| shown.masked && shown.name == name)
    };
    let computed = args.shown.iter().chain(&args.prepared).filter(|one| !is_masked(&one.name));
    let computed: Vec<_> = computed
        .map(|one| (&one.value, diag::arg::masked_twice(one.value.span(), &masked.name)))
        .collect();
    let matched = of_self(matched.scrutinee.to_token_stream());
    for (expr, refused, is_named) in named
        .into_iter()
        .map(|(expr, refused)| (expr, refused, true))
        .chain(computed.into_iter().map(|(expr, refused)| (expr, refused, false)))
    {
        let mut reads = Vec::new();
        names_in(expr, &mut reads);
        let again = of_self(expr.to_token_stream()).iter().any(|part| {
            matched.iter().any(|other| other == part || other.is_none() || part.is_none())
        });
        if again || (is_named && reads.iter().any(taken_apart)) {
            // FAIL CLOSED: as above.
            errors.push(refused);
        }
    }
}

// `match &self.order { .. mask(card), resource = self.order.card .. }`
//
/// What is read of `self`: each field or method by its name, and `None` for all of it.
fn of_self(tokens: TokenStream) -> Vec<Option<String>> {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    let mut read = Vec::new();
    for (index, token) in tokens.iter().enumerate() {
        match token {
            TokenTree::Group(group) => read.extend(of_self(group.stream())),
            TokenTree::Ident(word) if word == "self" => {
                let dot = matches!(tokens.get(index + 1), Some(TokenTree::Punct(dot)) if dot.as_char() == '.');
                read.push(match tokens.get(index + 2) {
                    Some(part) if dot => Some(part.to_string()),
                    _ => None,
                });
            }
            TokenTree::Ident(_) | TokenTree::Punct(_) | TokenTree::Literal(_) => {}
        }
    }
    read
}

fn has_word(tokens: TokenStream, name: &str) -> bool {
    tokens.into_iter().any(|token| match token {
        TokenTree::Ident(word) => inherited::name_of(&word) == name,
        TokenTree::Group(group) => has_word(group.stream(), name),
        TokenTree::Punct(_) | TokenTree::Literal(_) => false,
    })
}

impl Dispatch {
    /// # Errors
    /// Anything that is not one `match`, attributes and all.
    fn of(body: &Body) -> syn::Result<Self> {
        let place = body.tokens.clone().into_iter().next();
        let place = place.map_or_else(|| body.brace.span.join(), |token| token.span());
        let starts = matches!(
            body.tokens.clone().into_iter().next(),
            Some(TokenTree::Ident(word)) if word == "match"
        );
        if !starts {
            // FAIL CLOSED: what stands before the arms would run for each of them.
            return Err(diag::guarded::not_one_match(place));
        }
        let read = |input: ParseStream<'_>| {
            let content;
            let dispatch = Self {
                match_token: input.parse()?,
                scrutinee: input.call(Expr::parse_without_eager_brace)?,
                brace: syn::braced!(content in input),
                arms: {
                    let mut arms = Vec::new();
                    while !content.is_empty() {
                        arms.push(content.call(Arm::read)?);
                    }
                    arms
                },
            };
            // What comes behind is not behind any check.
            let rest: TokenStream = input.parse()?;
            Ok((dispatch, rest))
        };
        let (dispatch, rest) = Parser::parse2(read, body.tokens.clone())
            .map_err(|error| diag::guarded::unreadable(error.span(), &error.to_string()))?;
        match rest.into_iter().next() {
            None => Ok(dispatch),
            // FAIL CLOSED: it would run after an arm that was denied, too.
            Some(token) => Err(diag::guarded::not_one_match(token.span())),
        }
    }
}

impl Arm {
    fn read(input: ParseStream<'_>) -> syn::Result<Self> {
        let attrs = input.call(Attribute::parse_outer)?;
        let pattern = Pat::parse_multi_with_leading_vert(input)?;
        let condition = match input.parse::<Option<Token![if]>>()? {
            Some(word) => Some((word, input.parse()?)),
            None => None,
        };
        let arrow = input.parse()?;
        let ahead = input.fork();
        let in_braces = ahead.peek(Brace)
            && ahead.parse::<TokenTree>().is_ok()
            && !ahead.peek(Token![.])
            && !ahead.peek(Token![?]);
        let body = if in_braces {
            input.parse()?
        } else {
            let expr = Expr::parse_with_earlier_boundary_rule(input)?;
            Body {
                brace: Brace(expr.span()),
                inner_attrs: Vec::new(),
                tokens: expr.to_token_stream(),
            }
        };
        input.parse::<Option<Token![,]>>()?;
        Ok(Self { attrs, pattern, condition, arrow, body })
    }
}
