//! The attribute and the derives of [`failclosed`](https://docs.rs/failclosed): use that crate.
//!
//! An expansion goes `args` + `item` (parse) -> `check` -> `expand`; on an error, `fallback`. The
//! body of a guarded function is never parsed: half-typed code cannot break the macro, and errors
//! in it stay the compiler's own.

#![allow(
    clippy::wildcard_enum_match_arm,
    reason = "syn's enums grow; every catch-all arm here refuses, or shows more than it had to"
)]

use failclosed_syntax::{args, diag, item, params, path, text};
use proc_macro::TokenStream;

mod check;
mod derive;
mod expand;
mod fallback;
mod guarded;
mod shape;

#[cfg(test)]
mod tests;

/// Rewrites an executor so that its body runs only after an awaited, explicit allow.
///
/// ```text
/// #[requires_permission(action = "purchase")]
/// async fn charge(vendor: &str, amount: u64) -> Result<Receipt, ChargeError> { .. }
/// ```
///
/// | key | value | meaning |
/// | --- | --- | --- |
/// | `action` | `"purchase"`, `Purchase`, `Purchase { vendor, amount }` | what is permitted; required |
/// | `guard` | an expression | which guard asks; else `self`'s (`HasGuard`), else the current one |
/// | `resource` | an expression | the thing acted on |
/// | `args(..)` | `name = expr, ..` | shows an expression, in place of a parameter that it gives whole |
/// | | `let name = expr` | and gives the body the very value that was shown, under that name |
/// | `prepare(..)` | `name = expr, ..` | the same for what has to be awaited or may fail: run once, before anybody is asked |
/// | `skip(..)` | `name, ..` | parameters that the authority is not shown |
/// | `mask(..)` | `name, ..` | arguments that people and logs see as a keyed hash, and the authority as they are |
/// | `on_denied` | a path | turns the denial into the return value |
/// | `crate` | a path | where `failclosed` is, if it is not at `::failclosed` |
///
/// Every parameter but `self` is shown to the authority, by name, as it was passed, constants included.
/// One that an expression shows in part, `args(vendor = order.vendor)`, has to be shown beside it or be
/// named in `skip(order)`. A parameter
/// `#[permit] permit: Permit<'_, Purchase>` is lent the proof; callers do not see it.
///
/// `guard`, `prepare`, `resource`, `args` and an action's fields are evaluated before the check. What is
/// prepared may fail with the function's own error and has no permit: it must do nothing that needs one.
///
/// # Denies
/// Whatever is not an explicit allow, with the denial as the return value.
#[proc_macro_attribute]
pub fn requires_permission(args: TokenStream, item: TokenStream) -> TokenStream {
    expand::requires_permission(args.into(), item.into()).into()
}

/// Makes a whole surface accountable: in an `impl` or a trait below it, each function is
/// `#[requires_permission(..)]` or `#[unguarded(reason = "..")]`, or it does not compile.
///
/// | below it | what it does |
/// | --- | --- |
/// | `impl Shop` | accounts for every function, constructors included |
/// | `impl Tool for Shop`, a trait of somebody else's | the same: its methods carry the marks themselves |
/// | `trait Payments` | makes it a guarded trait: a caller trait and, in a module `payments`, a raw one |
/// | `mod handlers { .. }` | accounts for every function in it, whatever its visibility |
/// | `async fn call(..)` that is one `match` | accounts for every arm: each is an executor of its own |
/// | `impl Payments for Stripe` | implements the raw trait: async methods are guarded, others are not |
/// | `trait PaymentsGuard`, with `remote = path` | makes a decorator for a foreign trait |
///
/// | key | value | meaning |
/// | --- | --- | --- |
/// | `guard`, `on_denied` | as in `#[requires_permission]` | defaults for the functions below it |
/// | `skip(..)`, `mask(..)` | `name, ..` | added to what the functions say that have such a parameter |
/// | `default` | `unguarded(reason = "..")` | leaves open what says nothing, and warns of each |
/// | `crate` | a path | where `failclosed` is, if it is not at `::failclosed` |
/// | `remote` | a path | the foreign trait that the decorator implements |
///
/// It reads no body but that of a function that dispatches, and refuses what it cannot account for: macro calls, and a guard that a
/// `cfg_attr` can remove. See the guide, "Which form do I need?".
#[proc_macro_attribute]
pub fn guarded(args: TokenStream, item: TokenStream) -> TokenStream {
    guarded::expand(args.into(), item.into()).into()
}

/// Makes a struct an action; its fields are the arguments the authority is shown.
///
/// ```text
/// #[derive(Action)]
/// #[action(name = "purchase", resource = vendor)]
/// struct Purchase { vendor: String, amount: u64, #[action(mask)] token: String, #[action(skip)] card: Card }
/// ```
#[proc_macro_derive(Action, attributes(action))]
pub fn derive_action(input: TokenStream) -> TokenStream {
    derive::action::expand(input.into()).into()
}

/// Makes the field marked `#[guard]` the guard of a struct's methods.
#[proc_macro_derive(HasGuard, attributes(guard, has_guard))]
pub fn derive_has_guard(input: TokenStream) -> TokenStream {
    derive::has_guard::expand(input.into()).into()
}
