//! Which arguments the authority is shown: what the attribute names, then every other parameter.

use proc_macro2::{Span, TokenStream};
use quote::{ToTokens, quote};
use syn::{
    Attribute, Error, Expr, ExprStruct, Ident, Member, UnOp, ext::IdentExt, spanned::Spanned,
};

use crate::{
    args::{Action, Args},
    bound,
    diag::{self, Errors},
    params::{Binding, Params, attrs::are_same},
    text,
};

/// One argument for the authority.
pub struct ShownArgument {
    pub name: String,
    pub value: TokenStream,
    pub span: Span,
    /// What decides whether there is such an argument.
    pub cfgs: Vec<Attribute>,
    /// Whether people and logs see a mask in its place.
    pub masked: bool,
    /// Whether it is a parameter as it was passed, of a type that is written down: it may have come
    /// with the call, and be no argument at all.
    pub passed: bool,
    /// The parameters it is made from.
    pub reads: Vec<Ident>,
}

/// The arguments beside those that the action carries: `args(..)`, then every parameter that is
/// neither skipped nor shown as a whole in one of them.
pub fn shown(args: &Args, params: &Params, errors: &mut Errors) -> Vec<ShownArgument> {
    // Each name, and whether it is there under a condition only.
    let mut taken: Vec<(String, bool)> = Vec::new();
    let whole = whole(args);
    let partly = check_partly(args, params, &whole, errors);
    if let Some(Action::Carrying(action)) = &args.action {
        check_conditions(action, params, errors);
        for field in &action.fields {
            if let Member::Named(name) = &field.member {
                taken.push((name_of(name), false));
            }
        }
    }
    let mut shown = Vec::new();
    for argument in args.prepared.iter().chain(&args.shown) {
        let name = name_of(&argument.name);
        let carried = || fields_whole(args).iter().any(|other| name_of(other) == name);
        if argument.bound.is_some() && carried() {
            // The action shows it.
            continue;
        }
        if taken.iter().any(|(other, _)| *other == name) {
            // `args(vendor = a, vendor = b)`
            errors.push(diag::arg::duplicate_name(&argument.name));
        }
        taken.push((name.clone(), false));
        shown.push(match &argument.bound {
            None => {
                let mut reads = Vec::new();
                names_in(&argument.value, &mut reads);
                ShownArgument {
                    name,
                    value: operand(&argument.value),
                    span: argument.value.span(),
                    cfgs: conditions_of(&argument.value, params),
                    masked: false,
                    passed: false,
                    reads,
                }
            }
            // The very value that the body gets.
            Some(_) => {
                let ident = bound::ident_of(argument, params);
                let mut reads = bound::read_by(&argument.value, params);
                reads.push(ident.clone());
                let shadowed = bound::shadowed(argument, params);
                ShownArgument {
                    name,
                    value: quote!(#ident),
                    span: argument.value.span(),
                    cfgs: match shadowed {
                        Some(binding) => binding.cfgs.clone(),
                        None => conditions_of(&argument.value, params),
                    },
                    masked: false,
                    passed: false,
                    reads,
                }
            }
        });
    }
    for binding in params.constants.iter().chain(&params.bindings) {
        let Binding { ident, cfgs, .. } = binding;
        let name = name_of(ident);
        let bound = args.bound().filter(|(shown, _)| bound::shadowed(shown, params).is_some());
        if bound.into_iter().any(|(shown, _)| name_of(&shown.name) == name) {
            // Out of the body's reach: it has what was bound in its place.
            continue;
        }
        let mut accounted = whole.iter().chain(&args.skip).chain(&partly);
        if accounted.any(|other| name_of(other) == name) {
            continue;
        }
        if let Some(word) = &binding.permit {
            errors.push(diag::fun::unmarked_permit(ident, word));
            continue;
        }
        if let Some(word) = &binding.shared
            && !args.mask.iter().any(|masked| name_of(masked) == name)
        {
            // FAIL CLOSED: it would be shown because it happens to be `Serialize`.
            errors.push(diag::arg::shared_state(ident, word));
        }
        let conditional = !cfgs.is_empty();
        if taken.iter().any(|(other, also)| *other == name && !(conditional && *also)) {
            // `args(vendor = host)` beside a parameter `vendor`
            errors.push(diag::arg::duplicate_name(ident));
        }
        taken.push((name.clone(), conditional));
        let (value, cfgs) = (quote!(#ident), cfgs.clone());
        let reads = vec![ident.clone()];
        let span = ident.span();
        shown.push(ShownArgument { name, value, span, cfgs, masked: false, passed: true, reads });
    }
    for argument in shown.iter().filter(|argument| !text::is_name(&argument.name)) {
        // `amount` beside `amount\u{3164}`: two names that nobody tells apart.
        errors.push(diag::arg::unseen_name(argument.span, "the argument's name"));
    }
    mask(args, params, &mut shown, errors);
    shown
}

/// Marks the arguments that are masked. What they are made from is shown nowhere else.
fn mask(args: &Args, params: &Params, shown: &mut [ShownArgument], errors: &mut Errors) {
    for name in &args.mask {
        let known: Vec<String> = shown.iter().map(|argument| argument.name.clone()).collect();
        let mut named =
            shown.iter_mut().filter(|argument| argument.name == name_of(name)).peekable();
        if named.peek().is_none() {
            // FAIL CLOSED: `mask(cadr)`, `mask(card), skip(card)`: something was to be hidden.
            errors.push(diag::arg::unknown_argument(name, known.iter().map(String::as_str)));
        }
        named.for_each(|argument| argument.masked = true);
    }
    let (masked, open): (Vec<_>, Vec<_>) = shown.iter().partition(|argument| argument.masked);
    let hidden = |names: &[Ident]| {
        let names = with_parts(names, params);
        let reads = |argument: &&&ShownArgument| {
            with_parts(&argument.reads, params).iter().any(|name| names.contains(name))
        };
        masked.iter().find(reads).map(|argument| argument.name.clone())
    };
    // `args(copy = card.clone(), card = card), mask(card)`
    for argument in open {
        if let Some(name) = hidden(&argument.reads) {
            errors.push(diag::arg::masked_twice(argument.span, &name));
        }
    }
    // `action = Pay { ending: card.last_four() }, args(card = card), mask(card)`
    for field in fields(args) {
        let mut reads = Vec::new();
        names_in(field, &mut reads);
        if let Some(name) = hidden(&reads) {
            errors.push(diag::arg::masked_twice(field.span(), &name));
        }
    }
    // `resource = card, mask(card)`
    for (named, refused) in [
        (&args.resource, diag::arg::masked_resource as fn(Span) -> Error),
        (&args.instance, diag::arg::masked_instance),
    ] {
        let Some(named) = named else { continue };
        let mut reads = Vec::new();
        names_in(named, &mut reads);
        if hidden(&reads).is_some() {
            errors.push(refused(named.span()));
        }
    }
}

// `order @ Order { card, .. }`: the card is in the order, too.
fn with_parts(names: &[Ident], params: &Params) -> Vec<String> {
    let mut all: Vec<String> = names.iter().map(name_of).collect();
    let wholes = params.bindings.iter().filter(|binding| all.contains(&name_of(&binding.ident)));
    let parts: Vec<_> = wholes.flat_map(|whole| &whole.parts).map(name_of).collect();
    all.extend(parts);
    all
}

// `args(total = pick(cents, 1))`, `action = Pay { cents: order.cents }`: what the expression leaves of
// the parameter, the body has and nobody was asked about, also a field that is added next year.
fn check_partly(args: &Args, params: &Params, whole: &[Ident], errors: &mut Errors) -> Vec<Ident> {
    let mut read = carried(args);
    args.shown.iter().for_each(|argument| names_in(&argument.value, &mut read));
    let mut reported: Vec<Ident> = Vec::new();
    for ident in read {
        let name = name_of(&ident);
        let is = |other: &Ident| name_of(other) == name;
        let shadowed = args.bound().any(|(shown, _)| is(&shown.name));
        let accounted = shadowed || whole.iter().chain(&args.skip).any(is);
        let mut known = params.constants.iter().chain(&params.bindings);
        if !accounted && !reported.iter().any(is) && known.any(|binding| is(&binding.ident)) {
            // FAIL CLOSED: a part was picked, and nothing says that the rest may be hidden.
            errors.push(diag::arg::partly_shown(&ident));
            reported.push(ident);
        }
    }
    reported
}

// `action = Purchase { vendor, #[cfg(any())] amount }`: without the field, the parameter would be
// neither carried nor shown.
fn check_conditions(action: &ExprStruct, params: &Params, errors: &mut Errors) {
    for field in &action.fields {
        let Some(attr) = field.attrs.first() else { continue };
        let bound = bound_in(&field.expr, params);
        if bound.is_empty() || !bound.iter().all(|other| are_same(&other.cfgs, &field.attrs)) {
            // FAIL CLOSED: nobody knows whether it hides a parameter that exists.
            errors.push(diag::arg::conditional_field(attr.path().span()));
        }
    }
}

/// The condition of the one parameter that an expression reads. With two of them, one that exists
/// could be hidden by the condition of the other: then there is none, and the compiler asks for both.
pub fn conditions_of(expr: &Expr, params: &Params) -> Vec<Attribute> {
    match bound_in(expr, params).as_slice() {
        [only] => only.cfgs.clone(),
        _ => Vec::new(),
    }
}

fn bound_in<'p>(expr: &Expr, params: &'p Params) -> Vec<&'p Binding> {
    let mut names = Vec::new();
    names_in(expr, &mut names);
    let read =
        |binding: &&Binding| names.iter().any(|name| name_of(name) == name_of(&binding.ident));
    params.constants.iter().chain(&params.bindings).filter(read).collect()
}

pub fn name_of(ident: &Ident) -> String {
    ident.unraw().to_string()
}

/// The parameters that `args(..)` or the action's fields show as they are, all of them.
fn whole(args: &Args) -> Vec<Ident> {
    let mut names = fields_whole(args);
    args.shown.iter().for_each(|argument| whole_in(&argument.value, &mut names));
    names
}

fn fields_whole(args: &Args) -> Vec<Ident> {
    let mut names = Vec::new();
    fields(args).for_each(|expr| whole_in(expr, &mut names));
    names
}

/// The variables that an expression gives whole: by name, borrowed, dereferenced, in parentheses,
/// cloned, and in a tuple or an array of such. The guide has this list.
fn whole_in(expr: &Expr, names: &mut Vec<Ident>) {
    match expr {
        Expr::Path(path) => names.extend(path.path.get_ident().cloned()),
        Expr::Reference(inner) => whole_in(&inner.expr, names),
        Expr::Unary(inner) if matches!(inner.op, UnOp::Deref(_)) => whole_in(&inner.expr, names),
        Expr::Paren(inner) => whole_in(&inner.expr, names),
        Expr::Group(inner) => whole_in(&inner.expr, names),
        Expr::Tuple(list) => list.elems.iter().for_each(|element| whole_in(element, names)),
        Expr::Array(list) => list.elems.iter().for_each(|element| whole_in(element, names)),
        Expr::MethodCall(call)
            if (call.method == "clone" || call.method == "to_owned") && call.args.is_empty() =>
        {
            whole_in(&call.receiver, names);
        }
        // FAIL CLOSED: what is computed from a parameter may be less than the parameter.
        _ => {}
    }
}

/// The variables an expression certainly reads. One that is not found here is shown to the
/// authority in its own right, so overlooking one is the safe direction.
pub fn names_in(expr: &Expr, names: &mut Vec<Ident>) {
    match expr {
        Expr::Path(path) => names.extend(path.path.get_ident().cloned()),
        Expr::Field(field) => names_in(&field.base, names),
        Expr::Reference(inner) => names_in(&inner.expr, names),
        Expr::Unary(inner) => names_in(&inner.expr, names),
        Expr::Paren(inner) => names_in(&inner.expr, names),
        Expr::Group(inner) => names_in(&inner.expr, names),
        Expr::Cast(inner) => names_in(&inner.expr, names),
        Expr::Index(index) => {
            names_in(&index.expr, names);
            names_in(&index.index, names);
        }
        Expr::MethodCall(call) => {
            names_in(&call.receiver, names);
            call.args.iter().for_each(|argument| names_in(argument, names));
        }
        Expr::Call(call) => call.args.iter().for_each(|argument| names_in(argument, names)),
        Expr::Tuple(list) => list.elems.iter().for_each(|element| names_in(element, names)),
        Expr::Array(list) => list.elems.iter().for_each(|element| names_in(element, names)),
        Expr::Struct(value) => {
            value.fields.iter().for_each(|field| names_in(&field.expr, names));
        }
        Expr::Binary(binary) => {
            names_in(&binary.left, names);
            names_in(&binary.right, names);
        }
        _ => {}
    }
}

/// The expressions of the action's fields.
fn fields(args: &Args) -> impl Iterator<Item = &Expr> {
    let action = match &args.action {
        Some(Action::Carrying(action)) => Some(action),
        Some(Action::Name(_) | Action::Unit(_)) | None => None,
    };
    action.into_iter().flat_map(|action| action.fields.iter().map(|field| &field.expr))
}

/// What the action was built from.
pub fn carried(args: &Args) -> Vec<Ident> {
    let mut names = Vec::new();
    fields(args).for_each(|expr| names_in(expr, &mut names));
    names
}

/// What the guard was found by.
pub fn finding(args: &Args) -> Vec<Ident> {
    let mut names = Vec::new();
    args.guard.iter().for_each(|expr| names_in(expr, &mut names));
    names
}

/// An expression as something `&` can be put before.
pub fn operand(expr: &Expr) -> TokenStream {
    match expr {
        Expr::Path(_)
        | Expr::Field(_)
        | Expr::Lit(_)
        | Expr::Call(_)
        | Expr::MethodCall(_)
        | Expr::Macro(_)
        | Expr::Index(_)
        | Expr::Paren(_)
        | Expr::Tuple(_)
        | Expr::Array(_)
        | Expr::Reference(_) => expr.to_token_stream(),
        _ => quote!((#expr)),
    }
}
