//! Rules of a guarded trait's methods. Whatever cannot be put behind a check is refused here.

use proc_macro2::TokenStream;
use quote::{ToTokens, quote};
use syn::{
    Attribute, FnArg, GenericParam, Ident, ItemTrait, LifetimeParam, Meta, Pat, ReceiverKind,
    Signature, Token, Type, WhereClause, spanned::Spanned,
};

use super::header::{check_header, check_names};
use crate::{
    args::{self, Args},
    check::{
        BoundName, ShownArgument, bound_in_place, check_distinct, check_expressions,
        check_prepared, check_resource, check_skip, shown,
    },
    diag::{self, Errors},
    guarded::{
        inherited, lifetimes,
        marks::{self, Mark},
        names,
        options::Options,
        parse::{Item, Whole},
    },
    item::{Body, GuardedFn},
    params::{
        Binding, Params,
        attrs::{ParamAttrs, conditions},
    },
};

/// A guarded trait, and nothing that could still be wrong.
pub(crate) struct Surface<'w> {
    pub(crate) whole: &'w Whole,
    pub(crate) header: &'w ItemTrait,
    pub(crate) private: TokenStream,
    pub(crate) module: Ident,
    pub(crate) methods: Vec<Method<'w>>,
}

pub(crate) struct Method<'w> {
    pub(crate) function: &'w GuardedFn,
    /// What the caller trait keeps.
    pub(crate) attrs: Vec<Attribute>,
    /// The `cfg`s among them: they stand on everything that is made for the method.
    pub(crate) cfgs: Vec<Attribute>,
    pub(crate) self_token: Token![self],
    pub(crate) self_mut: Option<Token![mut]>,
    pub(crate) lifetimes: Vec<LifetimeParam>,
    pub(crate) bounds: Option<WhereClause>,
    pub(crate) params: Vec<Param>,
    /// With its lifetimes named.
    pub(crate) output: Type,
    pub(crate) body: Option<&'w Body>,
    pub(crate) kind: Kind,
}

/// A parameter, with the lifetimes of its type named.
pub(crate) struct Param {
    pub(crate) ident: Ident,
    pub(crate) mutability: Option<Token![mut]>,
    pub(crate) ty: Type,
    /// Lint levels, for a default body.
    pub(crate) lints: Vec<Attribute>,
}

pub(crate) enum Kind {
    Guarded {
        action: Action,
        args: Box<Args>,
        shown: Vec<ShownArgument>,
        /// Each in the place of a parameter.
        bound: Vec<BoundName>,
        /// The struct of the arguments.
        arguments: Ident,
        /// Whether the question reads `self`.
        reads_self: bool,
    },
    /// Forwarded as it was declared.
    Unguarded,
}

pub(crate) enum Action {
    /// A name, and the struct that is made for it.
    Named(syn::LitStr, Ident),
    /// A unit struct of the user's.
    Unit(syn::ExprPath),
}

pub(crate) fn check<'w>(
    options: &Options,
    whole: &'w Whole,
    header: &'w ItemTrait,
    errors: &mut Errors,
) -> Option<Surface<'w>> {
    check_header(options, header, errors);
    if let Some(place) = lifetimes::of_async_trait(whole) {
        // It stands above, and has rewritten every signature.
        errors.push(diag::guarded::async_trait(place));
        return None;
    }
    inherited::check_names(options, whole.functions(), errors);
    // The guard is refused above.
    let mut defaults = options.handed_on();
    defaults.guard = None;
    let mut methods = Vec::new();
    for item in &whole.items {
        match item {
            Item::Fn(function) => methods.extend(method(&defaults, function, errors)),
            Item::Type(tokens) => errors.push(diag::guarded::associated_type(tokens.span())),
            Item::Const(tokens) => errors.push(diag::guarded::associated_const(tokens.span())),
            Item::Macro(tokens) => errors.push(diag::guarded::macro_inside(tokens.span())),
        }
    }
    check_names(&methods, errors);
    Some(Surface {
        whole,
        header,
        private: options.krate.private(),
        module: names::module(&header.ident),
        methods,
    })
}

fn method<'w>(
    defaults: &Options,
    function: &'w GuardedFn,
    errors: &mut Errors,
) -> Option<Method<'w>> {
    let mark = marks::required(function, errors);
    let sig = &function.sig;
    check_signature(sig, errors);
    let (self_token, self_mut) = errors.keep(receiver(sig))?;
    let (fc, _) = names::lifetimes();
    let kind = match mark {
        Mark::Guarded => guarded(defaults, function, errors)?,
        Mark::Unguarded => Kind::Unguarded,
        Mark::None => return None,
    };
    let params = params(sig, &fc, errors);
    let attrs = marks::without(&function.attrs);
    let cfgs = conditions(&attrs);
    Some(Method {
        function,
        attrs,
        cfgs,
        self_token,
        self_mut,
        lifetimes: lifetimes_of(sig),
        bounds: sig.generics.where_clause.clone(),
        params,
        output: lifetimes::output(&sig.output, &fc),
        body: function.body.as_ref(),
        kind,
    })
}

fn lifetimes_of(sig: &Signature) -> Vec<LifetimeParam> {
    let lifetime = |param: &GenericParam| match param {
        GenericParam::Lifetime(lifetime) => Some(lifetime.clone()),
        GenericParam::Type(_) | GenericParam::Const(_) => None,
    };
    sig.generics.params.iter().filter_map(lifetime).collect()
}

// `unsafe fn f<T>(&self, x: impl Read) -> impl Stream`
fn check_signature(sig: &Signature, errors: &mut Errors) {
    // `fn f(&self, bytes: [u8; { impl Leak for Key { .. } 4 }])`
    if let Some(span) = names::code_in(sig.to_token_stream()) {
        errors.push(diag::guarded::code_inside(span));
        return;
    }
    if let Some(constness) = &sig.constness {
        errors.push(diag::fun::constant(constness.span()));
    }
    if let Some(abi) = &sig.abi {
        errors.push(diag::fun::foreign(abi.extern_token.span()));
    }
    if let Some(variadic) = &sig.variadic {
        errors.push(diag::fun::variadic(variadic.span()));
    }
    if !matches!(sig.safety, syn::Safety::Default) {
        errors.push(diag::guarded::modifier(sig.safety.span(), "unsafe fn"));
    }
    for param in &sig.generics.params {
        if !matches!(param, GenericParam::Lifetime(_)) {
            errors.push(diag::guarded::generic_method(param.span()));
        }
    }
    for input in &sig.inputs {
        if let FnArg::Typed(typed) = input
            && lifetimes::is_opaque(&typed.ty)
        {
            errors.push(diag::guarded::generic_method(typed.ty.span()));
        }
    }
    if let syn::ReturnType::Type(_, ty) = &sig.output
        && lifetimes::is_opaque(ty)
    {
        errors.push(diag::guarded::opaque_return(ty.span()));
    }
    let typed = sig.inputs.iter().filter_map(|input| match input {
        FnArg::Typed(typed) => Some(typed.ty.to_token_stream()),
        FnArg::Receiver(_) => None,
    });
    let written = typed.chain([sig.output.to_token_stream()]);
    if let Some((span, _)) = written.filter_map(|ty| names::find(ty, &["Self".to_owned()])).next() {
        errors.push(diag::guarded::self_type(span));
    }
    let bounds = sig.generics.where_clause.to_token_stream();
    if let Some((span, _)) = names::find(bounds, &["Self".to_owned()]) {
        errors.push(diag::guarded::self_bound(span));
    }
}

// `fn new()`, `fn close(self)`, `fn charge(self: Arc<Self>)`
fn receiver(sig: &Signature) -> syn::Result<(Token![self], Option<Token![mut]>)> {
    let Some(FnArg::Receiver(receiver)) = sig.inputs.first() else {
        return Err(diag::guarded::no_receiver(sig.ident.span()));
    };
    match &receiver.kind {
        ReceiverKind::Reference(_, None, mutability) => Ok((receiver.self_token, *mutability)),
        ReceiverKind::Reference(_, Some(lifetime), _) => {
            Err(diag::guarded::receiver_lifetime(lifetime.span()))
        }
        // FAIL CLOSED: whatever is not a plain borrow might move the value out.
        _ => Err(diag::guarded::receiver(receiver.span())),
    }
}

fn params(sig: &Signature, fc: &syn::Lifetime, errors: &mut Errors) -> Vec<Param> {
    let mut params = Vec::new();
    for input in sig.inputs.iter().skip(1) {
        let FnArg::Typed(typed) = input else { continue };
        if let Some(attr) = typed.attrs.iter().find(|attr| attr.path().is_ident("permit")) {
            errors.push(diag::guarded::permit_in_trait(attr.path().span()));
        }
        let lints = errors.keep(lints_alone(&typed.attrs)).unwrap_or_default();
        let mut ty = (*typed.ty).clone();
        lifetimes::name(&mut ty, fc);
        match &*typed.pat {
            Pat::Ident(name) if name.by_ref.is_none() && name.subpat.is_none() => {
                let (ident, mutability) = (name.ident.clone(), name.mutability);
                params.push(Param { ident, mutability, ty, lints });
            }
            other => errors.push(diag::guarded::parameter_pattern(other.span())),
        }
    }
    params
}

/// The lint levels among the attributes of a parameter, which may have no others but `#[permit]`.
///
/// # Errors
/// A condition, which the struct of the arguments could not follow; whatever nobody here knows.
pub(crate) fn lints_alone(attrs: &[Attribute]) -> syn::Result<Vec<Attribute>> {
    let mut lints = Vec::new();
    for attr in attrs.iter().filter(|attr| !attr.path().is_ident("permit")) {
        let mut unread = Errors::new();
        let sorted = ParamAttrs::sort(vec![attr.clone()], &mut unread);
        let span = attr.path().span();
        if unread.finish().is_err() || !sorted.cfgs.is_empty() {
            return Err(diag::guarded::conditional_parameter(span));
        }
        if sorted.lints.is_empty() {
            return Err(diag::guarded::parameter_pattern(span));
        }
        lints.extend(sorted.lints);
    }
    Ok(lints)
}

fn guarded(defaults: &Options, function: &GuardedFn, errors: &mut Errors) -> Option<Kind> {
    let sig = &function.sig;
    let mut guards = function.attrs.iter().filter(|attr| marks::is_guard(attr));
    let mut attr = guards.next()?.clone();
    defaults.hand_on(&mut attr, &inherited::parameters(sig));
    if let Some(second) = guards.next() {
        errors.push(diag::guarded::two_guards(second.path().span()));
    }
    if sig.asyncness.is_none() {
        errors.push(diag::guarded::guarded_not_async(sig.fn_token.span()));
    }
    let tokens = match &attr.meta {
        Meta::List(list) => list.tokens.clone(),
        Meta::Path(_) | Meta::NameValue(_) => TokenStream::new(),
    };
    let mut args = Args::parse(tokens, errors);
    if let Some(guard) = &args.guard {
        errors.push(diag::guarded::guard_in_trait(guard.span()));
    }
    if let Some(span) = args.on_denied.as_ref().and_then(|path| names::code_in(quote!(#path))) {
        errors.push(diag::guarded::code_inside(span));
    }
    let unit = match &sig.output {
        syn::ReturnType::Default => Some(sig.paren_token.span.close()),
        syn::ReturnType::Type(_, ty) => match &**ty {
            Type::Tuple(tuple) if tuple.elems.is_empty() => Some(ty.span()),
            _ => None,
        },
    };
    if let (Some(span), None) = (unit, &args.on_denied) {
        errors.push(diag::fun::no_return_type(span));
    }
    let bound = Params {
        receiver: None,
        // Generic methods are refused.
        constants: Vec::new(),
        bindings: bindings(sig),
        permit: None,
    };
    check_expressions(&args, errors);
    check_resource(&args, errors);
    check_prepared(&args, errors);
    check_distinct(&bound, errors);
    check_skip(&args, &bound, errors);
    let reads_self = read_self(&mut args, errors);
    let shown = shown(&args, &bound, errors);
    let bound = bound_in_place(&args, &bound, errors);
    for expr in bound.iter().map(|name| name.value.to_token_stream()) {
        // It is evaluated in the module that has the key.
        if let Some(span) = names::code_in(expr.clone()) {
            errors.push(diag::guarded::code_inside(span));
        }
        if let Some((span, name)) = names::find(expr, &names::private()) {
            errors.push(diag::guarded::taken_name(span, &name));
        }
    }
    let action = match args.action.as_ref()? {
        args::Action::Name(name) => Action::Named(name.clone(), names::action(&sig.ident)),
        args::Action::Unit(path) => Action::Unit(path.clone()),
        args::Action::Carrying(action) => {
            errors.push(diag::guarded::carrying_in_trait(action.span()));
            return None;
        }
    };
    let arguments = names::arguments(&sig.ident);
    Some(Kind::Guarded { action, args: Box::new(args), shown, bound, arguments, reads_self })
}

/// Gives `self` the name that it has where the question is written down. What is bound for the body is
/// computed elsewhere, where it is called as always.
fn read_self(args: &mut Args, errors: &mut Errors) -> bool {
    let shown = args.shown.iter_mut().filter(|shown| shown.bound.is_none());
    let named = args.instance.iter_mut().chain(&mut args.resource);
    let mut reads_self = false;
    for expr in named.chain(shown.map(|shown| &mut shown.value)) {
        let tokens = expr.to_token_stream();
        if let Some(span) = names::field_of_self(tokens.clone()) {
            errors.push(diag::guarded::field_of_trait(span));
            continue;
        }
        let (tokens, found) = names::with_self(tokens);
        if found && let Some(moved) = errors.keep(syn::parse2(tokens)) {
            *expr = moved;
            reads_self = true;
        }
    }
    reads_self
}

fn bindings(sig: &Signature) -> Vec<Binding> {
    let name = |input: &FnArg| match input {
        FnArg::Typed(typed) => match &*typed.pat {
            Pat::Ident(name) => Some(Binding::of_type(name.ident.clone(), &typed.ty)),
            _ => None,
        },
        FnArg::Receiver(_) => None,
    };
    sig.inputs.iter().filter_map(name).collect()
}
