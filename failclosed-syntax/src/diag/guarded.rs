//! About `#[guarded]`.

use proc_macro2::Span;
use syn::{Error, Ident};

use super::{did_you_mean, error, listed};

pub const KEYS: [&str; 7] = ["guard", "on_denied", "skip", "mask", "default", "crate", "remote"];

pub fn unknown_key(key: &Ident) -> Error {
    let help = match did_you_mean(&key.to_string(), KEYS) {
        Some(meant) => format!("did you mean `{meant}`?"),
        None => format!("remove `{key}`"),
    };
    error(key.span(), format_args!("unknown key `{key}`; expected {}", listed(&KEYS)), help)
}

pub fn not_a_key(span: Span) -> Error {
    error(span, "expected `key = value`", "write `#[guarded]` or `#[guarded(guard = self.guard)]`")
}

pub fn key_without_use(key: &str, place: &str, help: &str) -> Error {
    error(Span::call_site(), format_args!("`{key}` has no use on {place}"), help)
}

pub fn not_unguarded(span: Span) -> Error {
    error(
        span,
        "by default a function can only be left unguarded, with a reason",
        "write `default = unguarded(reason = \"moved over one by one\")`",
    )
}

pub fn nothing_open(span: Span) -> Error {
    error(
        span,
        "nothing is left open here: the next function that nobody marks would be",
        "remove `default`",
    )
}

/// The text of a warning, which names what is left open.
pub fn not_guarded_yet(names: &[String], reason: &str) -> String {
    let listed = names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ");
    format!(
        "nobody is asked before {listed} ({reason})\n\
         help: write `#[requires_permission(action = \"..\")]` or `#[unguarded(reason = \"..\")]` above \
         each, then remove `default`"
    )
}

pub fn skipped_and_masked(name: &Ident) -> Error {
    error(
        name.span(),
        "what is skipped is shown to nobody, so there is nothing to mask",
        "keep it in `skip`, or in `mask` for an authority that sees it",
    )
}

pub fn nobody_has(name: &Ident, key: &str, known: &[String]) -> Error {
    let help = match did_you_mean(&name.to_string(), known.iter().map(String::as_str)) {
        Some(meant) => format!("did you mean `{key}({meant})`?"),
        None => format!("remove `{name}` from `{key}`"),
    };
    error(name.span(), format_args!("no function here has a parameter `{name}`"), help)
}

pub fn not_whole(span: Span) -> Error {
    error(
        span,
        "`#[guarded]` stands on a trait, an `impl` block, a module or a function that dispatches",
        "put `#[requires_permission(..)]` on a single function",
    )
}

pub fn unreadable(span: Span, detail: &str) -> Error {
    error(
        span,
        format_args!("this cannot be read, so it cannot be guarded: {detail}"),
        "write plain functions inside the block that `#[guarded]` stands on",
    )
}

pub fn forgotten(name: &Ident) -> Error {
    error(
        name.span(),
        format_args!("`{name}` is neither guarded nor said to be unguarded"),
        "write `#[requires_permission(action = \"..\")]` above it, or \
         `#[unguarded(reason = \"..\")]`",
    )
}

pub fn forgotten_arm(span: Span) -> Error {
    error(
        span,
        "this arm is neither guarded nor said to be unguarded",
        "write `#[requires_permission(action = \"..\")]` above it, or \
         `#[unguarded(reason = \"..\")]`",
    )
}

pub fn forgotten_block(span: Span, what: &str) -> Error {
    error(
        span,
        format_args!("{what} may hold functions, and nobody has accounted for these"),
        "write `#[guarded]` above it, or `#[unguarded(reason = \"..\")]` for all of it",
    )
}

// `#[guarded(mask(card))] mod shop { #[guarded] impl Shop { .. } }`
pub fn hidden_for_the_module(span: Span, key: &str, name: &Ident) -> Error {
    error(
        span,
        format_args!(
            "`{key}({name})` of the module does not reach into this block, which shows it"
        ),
        format_args!("write it here too: `#[guarded({key}({name}))]`"),
    )
}

pub fn conditional_block(span: Span) -> Error {
    error(
        span,
        "this is accounted for only under a condition: `cfg_attr` can remove the mark",
        "write the attribute without `cfg_attr`, or put `#[cfg(..)]` on the whole block",
    )
}

pub fn module_elsewhere(span: Span) -> Error {
    error(
        span,
        "a module in a file of its own is not seen here",
        "write it out with its braces, or put `#[guarded]` on a module or an `impl` in that file",
    )
}

pub fn handed_on(span: Span) -> Error {
    error(
        span,
        "what is handed on from elsewhere may be a function that nobody marked",
        "remove `pub`, or write it beside the module",
    )
}

pub fn foreign_functions(span: Span) -> Error {
    error(
        span,
        "foreign functions ask nobody",
        "declare them outside, and call them from a function with `#[requires_permission(..)]`",
    )
}

pub fn not_one_match(span: Span) -> Error {
    error(
        span,
        "a function that dispatches is one `match` and nothing beside it: nobody is asked about the rest",
        "move this into the arms that need it, or into a function of its own",
    )
}

pub fn before_the_arms(span: Span) -> Error {
    error(
        span,
        "this would run before an arm has asked, so it may only look things up",
        "use a field, a parameter or a call, such as `request.name.as_str()`",
    )
}

pub fn dispatcher_and_guard(span: Span) -> Error {
    error(
        span,
        "the arms of a function that dispatches say who asks, and not the function",
        "remove this, or `#[guarded]`",
    )
}

pub fn permit_of_dispatcher(span: Span) -> Error {
    error(
        span,
        "a permit is for one action, and each arm has another",
        "guard a function that takes the permit, and call it from an arm with \
         `#[unguarded(reason = \"it asks itself\")]`",
    )
}

pub fn conditional(span: Span, name: &Ident) -> Error {
    error(
        span,
        format_args!("`{name}` is guarded only under a condition: `cfg_attr` can remove the guard"),
        "write the attribute without `cfg_attr`, or put `#[cfg(..)]` on the whole function",
    )
}

/// By these words the error is found again.
pub const NOT_BEHIND: &str = "never reached its guard";

pub fn not_behind(span: Span, name: &Ident) -> Error {
    error(
        span,
        format_args!(
            "the body of `{name}` {NOT_BEHIND}: this attribute is not failclosed's, or another one \
             removed it or copied the function without it"
        ),
        "write `#[failclosed::requires_permission(..)]`, above every attribute that rewrites",
    )
}

pub fn both_marks(span: Span) -> Error {
    error(
        span,
        "a function is guarded or unguarded, not both",
        "keep `#[requires_permission(..)]` or `#[unguarded(reason = \"..\")]`",
    )
}

pub fn two_guards(span: Span) -> Error {
    error(span, "a method of a guarded trait asks once", "keep one `#[requires_permission(..)]`")
}

pub fn no_reason(span: Span) -> Error {
    error(
        span,
        "`#[unguarded]` needs a reason: somebody will ask why nobody is asked here",
        "write `#[unguarded(reason = \"reads no account\")]`",
    )
}

pub fn blank_reason(span: Span) -> Error {
    error(
        span,
        "a blank reason is no reason",
        "say why nobody has to be asked: `reason = \"reads no account\"`",
    )
}

pub fn macro_inside(span: Span) -> Error {
    error(
        span,
        "what this macro makes is not known yet, so it cannot be accounted for",
        "write its functions out, or move the macro to a block without `#[guarded]`",
    )
}

pub fn constant_function(span: Span) -> Error {
    error(
        span,
        "a constant that holds a function is one",
        "write a function, with `#[requires_permission(..)]` or `#[unguarded(reason = \"..\")]`",
    )
}

pub fn modifier(span: Span, what: &str) -> Error {
    error(span, format_args!("{what} cannot be guarded"), format_args!("remove `{what}`"))
}

pub fn async_trait(span: Span) -> Error {
    error(
        span,
        "`#[async_trait]` and `#[guarded]` would both rewrite these methods",
        "remove `#[async_trait]`: a guarded trait can be made an object as it is",
    )
}

pub fn generic_trait(span: Span) -> Error {
    error(
        span,
        "a guarded trait has no parameters: each would be a surface of its own",
        "write one trait for each type, or take the type as an argument, such as an enum",
    )
}

pub fn generic_method(span: Span) -> Error {
    error(
        span,
        "a guarded trait can be made an object, and a generic method cannot be called on one",
        "take a type of your own, or `&dyn Trait`",
    )
}

pub fn associated_type(span: Span) -> Error {
    error(
        span,
        "callers of a guarded trait hold an object, which has no associated types",
        "write the type itself into the signatures",
    )
}

pub fn associated_const(span: Span) -> Error {
    error(
        span,
        "callers of a guarded trait hold an object, which has no associated constants",
        "write a method: `#[unguarded(reason = \"..\")] fn limit(&self) -> u64`",
    )
}

pub fn supertrait(span: Span) -> Error {
    error(
        span,
        "the methods of this supertrait would be reached without a check",
        "keep `Send`, `Sync`, `Unpin`, `Debug` and `'static`; declare the others' methods here",
    )
}

pub fn no_receiver(span: Span) -> Error {
    error(
        span,
        "a function without `self` cannot meet the guard that stands before a value",
        "move it to an inherent `impl`, or take `&self`",
    )
}

pub fn receiver(span: Span) -> Error {
    error(
        span,
        "this receiver would take the implementation from behind its guard",
        "take `&self` or `&mut self`; callers may hold the guarded value in an `Arc`",
    )
}

pub fn receiver_lifetime(span: Span) -> Error {
    error(
        span,
        "the lifetime of `self` has a name already: everything else that is left out shares it",
        "write `&self`; what the method returns may borrow from it",
    )
}

pub fn code_inside(span: Span) -> Error {
    error(
        span,
        "what stands here could hold code, beside the guard's own",
        "give it a name above the trait: `type Name = ..;` or `const NAME: usize = ..;`",
    )
}

pub fn field_of_trait(span: Span) -> Error {
    error(
        span,
        "a trait has no fields, and `self` is here whatever implements it",
        "call a method that needs no guard: `#[unguarded(reason = \"..\")] fn name(&self) -> &str;`, \
         and `resource = self.name()`",
    )
}

pub fn client_field(span: Span) -> Error {
    error(
        span,
        "a field `inner` is out of reach here: the client is behind it, and nobody was asked yet",
        "use an argument or a method, such as `self.currency()`; call a function for another `inner`",
    )
}

pub fn self_type(span: Span) -> Error {
    error(span, "`Self` is another type before the guard than behind it", "write the type itself")
}

pub fn self_bound(span: Span) -> Error {
    error(
        span,
        "callers of a guarded trait hold objects, and a bound on `Self` takes the method off them",
        "remove the bound",
    )
}

pub fn guarded_not_async(span: Span) -> Error {
    error(
        span,
        "a guarded method must be an `async fn`: the authority's answer has to be awaited",
        "write `async fn`; `#[async_trait]` is not needed, also not above `#[guarded]`",
    )
}

pub fn opaque_return(span: Span) -> Error {
    error(
        span,
        "a guarded trait can be made an object, and `impl Trait` has no place in one",
        "name the type, or return `Box<dyn Trait>`",
    )
}

pub fn conditional_parameter(span: Span) -> Error {
    error(
        span,
        "a parameter of a guarded trait's method cannot depend on a condition: every implementation \
         has to take what was granted",
        "put the `#[cfg(..)]` on the method, and write one method for each condition",
    )
}

pub fn parameter_pattern(span: Span) -> Error {
    error(
        span,
        "a parameter of a trait's method is shown to the authority by its name",
        "write `order: Order`; implementations may take it apart",
    )
}

pub fn permit_in_trait(span: Span) -> Error {
    error(
        span,
        "callers have no permit to pass",
        "remove it here; implementations may take `#[permit] permit: Permit<'_, Purchase>`",
    )
}

pub fn guard_in_trait(span: Span) -> Error {
    error(
        span,
        "the guard of a guarded trait is the one that the value is wrapped by",
        "remove `guard` here, and write `guard.wrap(value)` where the value is made",
    )
}

pub fn carrying_in_trait(span: Span) -> Error {
    error(
        span,
        "in a guarded trait the permit carries the method's own arguments",
        "write `action = Purchase`, with `#[derive(Action)]` on `struct Purchase;`",
    )
}

pub fn taken_name(span: Span, name: &str) -> Error {
    error(
        span,
        format_args!("`{name}` is also what `#[guarded]` names something of its own here"),
        "import the type under another name: `use path::to::Type as Other`",
    )
}

pub fn async_default_of_remote(span: Span) -> Error {
    error(
        span,
        "the body is the remote implementation's: here is only the signature",
        "end the method with `;`",
    )
}

pub fn remote_impl(span: Span) -> Error {
    error(span, "`remote` is for a trait", "write the foreign trait's methods in a `trait` block")
}

pub fn remote_item(span: Span) -> Error {
    error(
        span,
        "only methods of a foreign trait can be put behind a guard",
        "implement the foreign trait for a struct of your own, with `#[guarded]` above the `impl`",
    )
}
