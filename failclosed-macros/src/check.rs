//! Rules across the attribute and the function. Each `check_*` shows the input it refuses.

use proc_macro2::{Delimiter, Span, TokenStream, TokenTree};
use syn::{Expr, ExprLit, Ident, Lit, ReturnType, Type, spanned::Spanned};

use crate::{
    args::{Action, Args},
    diag::{self, Errors},
    item::{Body, GuardedFn},
    params::{Binding, Params, shared::permit_in},
    shape::{Output, Shape},
    text,
};
use failclosed_syntax::{
    bound::{self, attribute_in},
    shown::{carried, finding, name_of},
};
pub(crate) use failclosed_syntax::{
    bound::{BoundName, bound_in_place, check_prepared, is_place, may_fail},
    shown::{ShownArgument, operand, shown},
};

/// Everything `expand` needs, and nothing that could still be wrong.
pub(crate) struct Checked {
    pub(crate) function: GuardedFn,
    pub(crate) body: Body,
    pub(crate) params: Params,
    pub(crate) shape: Shape,
    pub(crate) output: Output,
    pub(crate) action: Action,
    pub(crate) shown: Vec<ShownArgument>,
    /// What the attribute binds for the body, in order.
    pub(crate) bound: Vec<BoundName>,
    /// The bindings that these are made from.
    pub(crate) consumed: Vec<Ident>,
    /// The bindings that the action's fields are built from.
    pub(crate) carried: Vec<Ident>,
    /// The bindings that the guard is found by.
    pub(crate) finding: Vec<Ident>,
}

/// `None` where an error was reported.
pub(crate) fn check(args: &Args, function: &GuardedFn, errors: &mut Errors) -> Option<Checked> {
    let mut sig = function.sig.clone();
    check_modifiers(function, errors);
    check_expressions(args, errors);
    check_resource(args, errors);
    check_prepared(args, errors);
    let shape = match function.body {
        Some(_) => errors.keep(Shape::of(&sig)),
        None => {
            // `async fn charge(&self);`
            errors.push(diag::fun::no_body(sig.ident.span()));
            None
        }
    };
    let params = Params::take(&mut sig, errors);
    check_distinct(&params, errors);
    check_skip(args, &params, errors);
    bound::check_permit(args, &params, errors);
    check_permit(args, &params, shape.as_ref().map(|(shape, _)| shape), errors);
    let shown = shown(args, &params, errors);
    let bound = bound::names(args, &params);
    let (shape, output) = shape?;
    check_body(function, errors);
    // `async fn charge(vendor: &str) { .. }`
    if output.is_unit() && args.on_denied.is_none() {
        errors.push(diag::fun::no_return_type(match &sig.output {
            ReturnType::Default => sig.paren_token.span.close(),
            ReturnType::Type(_, ty) => ty.span(),
        }));
    }
    // `async fn buy(#[permit] permit: Permit<'_, Purchase>) -> Result<Permit<'_, Purchase>, Denial>`
    if let ReturnType::Type(_, ty) = &sig.output
        && let Some(word) = permit_in(ty)
    {
        errors.push(diag::fun::returned_permit(word.span()));
    }
    // `async fn serve() -> ! { .. }`
    if let ReturnType::Type(_, ty) = &sig.output
        && matches!(**ty, Type::Never(_))
    {
        errors.push(diag::fun::never_returns(ty.span()));
    }
    Some(Checked {
        body: copy(function.body.as_ref()?),
        function: GuardedFn {
            attrs: function.attrs.clone(),
            vis: function.vis.clone(),
            sig,
            body: None,
        },
        consumed: bound::consumed(args, &params),
        params,
        shape,
        output,
        action: match args.action.as_ref()? {
            Action::Name(name) => Action::Name(name.clone()),
            Action::Unit(path) => Action::Unit(path.clone()),
            Action::Carrying(action) => Action::Carrying(action.clone()),
        },
        shown,
        bound,
        carried: carried(args),
        finding: finding(args),
    })
}

fn copy(body: &Body) -> Body {
    Body { brace: body.brace, inner_attrs: body.inner_attrs.clone(), tokens: body.tokens.clone() }
}

// `const fn`, `extern "C" fn`, `fn f(x: u8, ...)`
fn check_modifiers(function: &GuardedFn, errors: &mut Errors) {
    let sig = &function.sig;
    if let Some(constness) = &sig.constness {
        errors.push(diag::fun::constant(constness.span()));
    }
    if let Some(abi) = &sig.abi {
        errors.push(diag::fun::foreign(abi.extern_token.span()));
    }
    if let Some(variadic) = &sig.variadic {
        errors.push(diag::fun::variadic(variadic.span()));
    }
}

// `guard = { if late { return Ok(receipt); } self.guard }`
pub(crate) fn check_expressions(args: &Args, errors: &mut Errors) {
    let fields = match &args.action {
        Some(Action::Carrying(action)) => action.fields.iter().map(|field| &field.expr).collect(),
        Some(Action::Name(_) | Action::Unit(_)) | None => Vec::new(),
    };
    let shown = args.shown.iter().map(|argument| &argument.value);
    let named = args.guard.iter().chain(&args.instance).chain(&args.resource);
    for expr in named.chain(shown).chain(fields) {
        if let Some(span) = does_more_than_look(expr).or_else(|| attribute_in(expr)) {
            errors.push(diag::arg::not_a_lookup(span));
        }
    }
}

// `resource = ("Vendor\u{200b}", vendor)`: looks like a kind that a policy names, and is another one.
pub(crate) fn check_resource(args: &Args, errors: &mut Errors) {
    let said = |expr: &Expr| match expr {
        Expr::Lit(ExprLit { lit: Lit::Str(text), .. }) => Some((text.span(), text.value())),
        _ => None,
    };
    let parts = match &args.resource {
        Some(Expr::Tuple(pair)) => pair.elems.iter().filter_map(said).collect(),
        resource => resource.iter().filter_map(said).collect::<Vec<_>>(),
    };
    for (span, text) in parts {
        if !text::is_name(&text) {
            errors.push(diag::arg::unseen_name(span, "the resource"));
        }
    }
}

// `async fn may_pay(cents: u64) -> Result<(), Denial> { Ok(()) }`: whoever forgets to look at the answer
// pays all the same.
fn check_body(function: &GuardedFn, errors: &mut Errors) {
    let Some(body) = &function.body else { return };
    let tokens: Vec<TokenTree> = body.tokens.clone().into_iter().collect();
    let idle = match tokens.as_slice() {
        [TokenTree::Ident(ok), TokenTree::Group(group)] if ok == "Ok" => {
            is_constant(group.stream())
        }
        // Beside a `Result` it is half a body, and the compiler says so better.
        _ => !returns_result(&function.sig.output) && is_constant(body.tokens.clone()),
    };
    if idle {
        errors.push(diag::fun::does_nothing(body.brace.span.join()));
    }
}

/// Whether these tokens are nothing, a literal, or `()`.
fn is_constant(tokens: TokenStream) -> bool {
    let tokens: Vec<TokenTree> = tokens.into_iter().collect();
    match tokens.as_slice() {
        [] | [TokenTree::Literal(_)] => true,
        [TokenTree::Ident(word)] => word == "true" || word == "false",
        [TokenTree::Group(group)] => {
            group.delimiter() != Delimiter::Bracket && is_constant(group.stream())
        }
        _ => false,
    }
}

fn returns_result(output: &ReturnType) -> bool {
    match output {
        ReturnType::Type(_, ty) => match &**ty {
            Type::Path(path) => {
                path.path.segments.last().is_some_and(|last| last.ident == "Result")
            }
            _ => false,
        },
        ReturnType::Default => false,
    }
}

/// Where an expression could do something, or leave the function, before anybody was asked. Calls
/// are let through: what they do is in the open, in a function of its own.
pub(crate) fn does_more_than_look(expr: &Expr) -> Option<Span> {
    let any = |exprs: &syn::punctuated::Punctuated<Expr, syn::Token![,]>| {
        exprs.iter().find_map(does_more_than_look)
    };
    match expr {
        Expr::Path(_) | Expr::Lit(_) => None,
        Expr::Field(inner) => does_more_than_look(&inner.base),
        Expr::Reference(inner) => does_more_than_look(&inner.expr),
        Expr::Unary(inner) => does_more_than_look(&inner.expr),
        Expr::Paren(inner) => does_more_than_look(&inner.expr),
        Expr::Group(inner) => does_more_than_look(&inner.expr),
        Expr::Cast(inner) => does_more_than_look(&inner.expr),
        Expr::Index(inner) => {
            does_more_than_look(&inner.expr).or_else(|| does_more_than_look(&inner.index))
        }
        Expr::Binary(inner) => assigns(&inner.op)
            .or_else(|| does_more_than_look(&inner.left))
            .or_else(|| does_more_than_look(&inner.right)),
        Expr::MethodCall(call) => does_more_than_look(&call.receiver).or_else(|| any(&call.args)),
        Expr::Call(call) => does_more_than_look(&call.func).or_else(|| any(&call.args)),
        Expr::Tuple(list) => any(&list.elems),
        Expr::Array(list) => any(&list.elems),
        Expr::Struct(value) => match &value.dot2_token {
            // FAIL CLOSED: what comes from elsewhere is not seen here.
            Some(dots) => Some(dots.span()),
            None => value.fields.iter().find_map(|field| does_more_than_look(&field.expr)),
        },
        // FAIL CLOSED: a block, a closure, a macro, `?`, `.await`, `return` and whatever comes next.
        other => Some(other.span()),
    }
}

// Two parameters `amount`, one of them a macro's: hygiene tells them apart, a name does not.
pub(crate) fn check_distinct(params: &Params, errors: &mut Errors) {
    for (index, binding) in params.bindings.iter().enumerate() {
        let name = name_of(&binding.ident);
        let mut same =
            params.bindings[..index].iter().filter(|other| name_of(&other.ident) == name);
        // Under two conditions, one of them is there; where both are, the compiler says so.
        let apart = |other: &Binding| !binding.cfgs.is_empty() && !other.cfgs.is_empty();
        if !same.all(apart) {
            errors.push(diag::arg::duplicate_name(&binding.ident));
        }
    }
}

/// `args(n = (*balance -= amount))`
fn assigns(op: &syn::BinOp) -> Option<Span> {
    use syn::BinOp;
    match op {
        BinOp::Add(_)
        | BinOp::Sub(_)
        | BinOp::Mul(_)
        | BinOp::Div(_)
        | BinOp::Rem(_)
        | BinOp::And(_)
        | BinOp::Or(_)
        | BinOp::BitXor(_)
        | BinOp::BitAnd(_)
        | BinOp::BitOr(_)
        | BinOp::Shl(_)
        | BinOp::Shr(_)
        | BinOp::Eq(_)
        | BinOp::Lt(_)
        | BinOp::Le(_)
        | BinOp::Ne(_)
        | BinOp::Ge(_)
        | BinOp::Gt(_) => None,
        // FAIL CLOSED: the assigning ones, and whatever comes next.
        other => Some(other.span()),
    }
}

// `skip(cardd)`, `skip(self)`
pub(crate) fn check_skip(args: &Args, params: &Params, errors: &mut Errors) {
    let known = params.constants.iter().chain(&params.bindings);
    let names: Vec<String> = known.map(|binding| name_of(&binding.ident)).collect();
    for skipped in &args.skip {
        if skipped == "self" {
            errors.push(diag::arg::skip_self(skipped.span()));
        } else if !names.contains(&name_of(skipped)) {
            let known = names.iter().map(String::as_str);
            errors.push(diag::arg::unknown_parameter(skipped, "skip", known));
        }
    }
}

// `action = "purchase"` with `#[permit]`; `#[permit]` on a function that returns a boxed future
fn check_permit(args: &Args, params: &Params, shape: Option<&Shape>, errors: &mut Errors) {
    let Some(permit) = &params.permit else { return };
    if let Some(Action::Name(_)) = &args.action {
        errors.push(diag::fun::permit_needs_type(permit.ty.span()));
    }
    if let Some(Shape::Boxed | Shape::Opaque) = shape {
        errors.push(diag::fun::permit_needs_async(permit.ident.span()));
    }
}
