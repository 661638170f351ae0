//! Every message of the macros, and the collector that reports them together.
//!
//! Lower case, no final period, and a `help:` line that can be pasted.

use std::fmt::Display;

use proc_macro2::{Span, TokenStream};

pub mod bound;
pub mod derived;
pub mod guarded;

/// Collects errors, so that all of them are reported at once.
///
/// It must be finished: dropping it unread would turn an error into silence, and silence into a
/// function without its check.
#[derive(Debug)]
pub struct Errors {
    all: Vec<syn::Error>,
    read: bool,
}

impl Errors {
    #[allow(clippy::new_without_default, reason = "a default is easily dropped unread")]
    pub fn new() -> Self {
        Self { all: Vec::new(), read: false }
    }

    pub fn push(&mut self, error: syn::Error) {
        self.all.push(error);
    }

    pub fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    /// Takes over what another one collected.
    pub fn absorb(&mut self, mut other: Self) {
        other.read = true;
        self.all.append(&mut other.all);
    }

    /// What a step gave, if it gave anything; its error is kept.
    pub fn keep<T>(&mut self, result: syn::Result<T>) -> Option<T> {
        result.map_err(|error| self.push(error)).ok()
    }

    /// `Ok` if there were none, else the first of them: for who reads, and expands nothing.
    pub fn first(mut self) -> Result<(), syn::Error> {
        self.read = true;
        std::mem::take(&mut self.all).into_iter().next().map_or(Ok(()), Err)
    }

    /// `Ok` if there were none, else `compile_error!`s for all of them.
    pub fn finish(mut self) -> Result<(), TokenStream> {
        self.read = true;
        if self.all.is_empty() {
            return Ok(());
        }
        Err(self.all.iter().map(syn::Error::to_compile_error).collect())
    }
}

impl Drop for Errors {
    fn drop(&mut self) {
        if !self.read && !std::thread::panicking() {
            // FAIL CLOSED: the build stops rather than lose an error.
            #[allow(clippy::panic, reason = "a bug in the macro must stop the build")]
            {
                panic!("the errors of an expansion were not read");
            }
        }
    }
}

/// One error: what is wrong, and a line to paste.
pub fn error(span: Span, what: impl Display, help: impl Display) -> syn::Error {
    syn::Error::new(span, format!("{what}\nhelp: {help}"))
}

/// The name among `known` that `unknown` was most likely meant to be.
pub fn did_you_mean<'a>(
    unknown: &str,
    known: impl IntoIterator<Item = &'a str>,
) -> Option<&'a str> {
    known
        .into_iter()
        .map(|name| (distance(unknown, name), name))
        .filter(|(distance, name)| *distance <= name.len().div_ceil(3).max(1))
        .min()
        .map(|(_, name)| name)
}

fn listed(names: &[&str]) -> String {
    names.iter().map(|name| format!("`{name}`")).collect::<Vec<_>>().join(", ")
}

/// How many letters to insert, delete or replace.
fn distance(left: &str, right: &str) -> usize {
    let right: Vec<char> = right.chars().collect();
    let mut row: Vec<usize> = (0..=right.len()).collect();
    for (i, a) in left.chars().enumerate() {
        let mut diagonal = i;
        let mut before = i + 1;
        for (cell, b) in row.iter_mut().skip(1).zip(&right) {
            let above = *cell;
            let replaced = diagonal + usize::from(a != *b);
            before = replaced.min(above + 1).min(before + 1);
            diagonal = above;
            *cell = before;
        }
        if let Some(first) = row.first_mut() {
            *first = i + 1;
        }
    }
    row.last().copied().unwrap_or_default()
}

pub mod arg {
    //! About the attribute's arguments.

    use super::{did_you_mean, error, listed};
    use proc_macro2::Span;
    use syn::{Error, Ident};

    pub const KEYS: [&str; 10] = [
        "action",
        "instance",
        "guard",
        "resource",
        "args",
        "prepare",
        "skip",
        "mask",
        "on_denied",
        "crate",
    ];

    pub fn unknown_key(key: &Ident) -> Error {
        let help = match did_you_mean(&key.to_string(), KEYS) {
            Some(meant) => format!("did you mean `{meant}`?"),
            None => format!("remove `{key}`"),
        };
        error(key.span(), format_args!("unknown key `{key}`; expected {}", listed(&KEYS)), help)
    }

    pub fn not_a_key(span: Span) -> Error {
        error(
            span,
            "expected `key = value`",
            "write `#[requires_permission(action = \"purchase\")]`",
        )
    }

    pub fn duplicate_key(key: &Ident) -> Error {
        error(key.span(), format_args!("`{key}` is given twice"), format_args!("keep one `{key}`"))
    }

    pub fn missing_value(key: &Ident) -> Error {
        error(key.span(), format_args!("`{key}` has no value"), usage(&key.to_string()))
    }

    pub fn malformed_value(span: Span, key: &Ident, detail: &str) -> Error {
        error(span, format_args!("`{key}` cannot be read: {detail}"), usage(&key.to_string()))
    }

    fn usage(key: &str) -> &'static str {
        match key {
            "action" => "write `action = \"purchase\"`, or a type: `action = Purchase`",
            "guard" => "write `guard = self.guard`",
            "instance" => "write `instance = tool`, text that names one of the action's kind",
            "resource" => "write `resource = vendor`",
            "args" => {
                "write `args(price = amount)`, or `args(let total = cart.total())` for what the body \
                 uses too"
            }
            "prepare" => "write `prepare(path = self.resolve(&path).await?)`",
            "skip" => "write `skip(card)`",
            "mask" => "write `mask(card)`",
            "on_denied" => "write `on_denied = path::to::function`",
            _ => "write `crate = ::path::to::failclosed`",
        }
    }

    pub fn missing_action() -> Error {
        error(
            Span::call_site(),
            "`action` is missing: a permission is always for something",
            "write `#[requires_permission(action = \"purchase\")]`",
        )
    }

    pub fn blank_action(span: Span) -> Error {
        error(
            span,
            "the action's name is blank or reserved, too long, or has white space around it or \
             characters in it that nobody sees",
            "name what the function does, such as `action = \"purchase\"`",
        )
    }

    pub fn unseen_name(span: Span, what: &str) -> Error {
        error(
            span,
            format_args!(
                "{what} is blank or too long, or has white space around it or characters in it that \
                 nobody sees"
            ),
            "use a name that looks like itself",
        )
    }

    pub fn action_not_text(span: Span) -> Error {
        error(
            span,
            "an action is a name or a type that implements `Action`",
            "write `action = \"purchase\"`, `action = Purchase` or \
             `action = Purchase { vendor, amount }`",
        )
    }

    pub fn action_rest(span: Span) -> Error {
        error(
            span,
            "an action's arguments cannot come from `..`: the authority must see each one",
            "name every field: `action = Purchase { vendor, amount }`",
        )
    }

    pub fn not_a_lookup(span: Span) -> Error {
        error(
            span,
            "this would run before anybody was asked, so it may only look things up",
            "use a field, a parameter or a call, such as `order.vendor` or `self.guard()`; blocks, \
             closures, macros, `?` and `.await` belong into a function of their own, or into \
             `prepare(name = ..)`, whose value the body gets",
        )
    }

    pub fn relative_crate(span: Span) -> Error {
        error(
            span,
            "`crate` must be a path from a root, or it would mean another thing in each module",
            "write `crate = ::name` or `crate = crate::path`",
        )
    }

    pub fn unknown_parameter<'a>(
        name: &Ident,
        key: &str,
        known: impl Iterator<Item = &'a str> + Clone,
    ) -> Error {
        let help = match did_you_mean(&name.to_string(), known.clone()) {
            Some(meant) => format!("did you mean `{key}({meant})`?"),
            None => {
                let known: Vec<_> = known.map(|name| format!("`{name}`")).collect();
                if known.is_empty() {
                    format!("the function binds no parameter; remove `{key}`")
                } else {
                    format!("the parameters are {}", known.join(", "))
                }
            }
        };
        error(name.span(), format_args!("there is no parameter `{name}`"), help)
    }

    pub fn unknown_argument<'a>(
        name: &Ident,
        known: impl Iterator<Item = &'a str> + Clone,
    ) -> Error {
        let help = match did_you_mean(&name.to_string(), known) {
            Some(meant) => format!("did you mean `mask({meant})`?"),
            None => format!(
                "mask an argument by the name that it is shown under; `skip` takes it from \
                 everybody, and a field of an action is masked in its struct: `#[action(mask)] {name}`"
            ),
        };
        error(name.span(), format_args!("no argument `{name}` is shown here"), help)
    }

    pub fn masked_resource(span: Span) -> Error {
        error(
            span,
            "the resource is shown to people and logs as it is, and this is masked",
            "name something else as the resource, or leave it out",
        )
    }

    pub fn masked_instance(span: Span) -> Error {
        error(
            span,
            "the action's name is shown to people and logs as it is, and this is masked",
            "name it by something else, or do not mask it",
        )
    }

    pub fn masked_twice(span: Span, name: &str) -> Error {
        error(
            span,
            format_args!("this shows what `{name}` masks"),
            "mask this argument too, or leave it out",
        )
    }

    pub fn skip_self(span: Span) -> Error {
        error(span, "`self` is never shown to the authority", "remove `self` from `skip`")
    }

    pub fn partly_shown(name: &Ident) -> Error {
        error(
            name.span(),
            format_args!("`{name}` is shown only in part, and the body would have the rest unseen"),
            format_args!(
                "add `skip({name})` if the rest may be hidden; or show all of it: `args({name} = \
                 {name})`, or a parameter `Order {{ vendor, amount }}: Order` that names the parts"
            ),
        )
    }

    pub fn shared_state(name: &Ident, word: &Ident) -> Error {
        error(
            word.span(),
            format_args!("shared state is not an argument, and the type of `{name}` says `{word}`"),
            format_args!(
                "add `skip({name})`, and show what the answer depends on: `args(limit = \
                 {name}.limit)`; where it is data and nothing else, say so: `args({name} = {name})`"
            ),
        )
    }

    pub fn conditional_field(span: Span) -> Error {
        error(
            span,
            "under this condition the field would carry a parameter that is there without it",
            "put the same `#[cfg(..)]` on the parameter, or write two functions",
        )
    }

    pub fn duplicate_name(name: &Ident) -> Error {
        error(
            name.span(),
            format_args!("the argument `{name}` would be shown twice"),
            "give it another name, or `skip` the parameter",
        )
    }
}

pub mod fun {
    //! About the function.

    use super::error;
    use proc_macro2::Span;
    use syn::{Error, Ident};

    pub fn not_a_function(span: Span, what: &str) -> Error {
        let help = match what {
            "an `impl` block" | "a trait" => "put `#[requires_permission(..)]` on each function",
            "a macro call" => "put it on the `async fn` that the macro makes",
            "a closure" => "use `guard.run(action, async |permit| ..)`",
            _ => "put it on an `async fn`",
        };
        error(span, format_args!("`#[requires_permission]` cannot guard {what}"), help)
    }

    pub fn unreadable(span: Span, detail: &str) -> Error {
        error(
            span,
            format_args!("this function cannot be read, so it cannot be guarded: {detail}"),
            "put `#[requires_permission(..)]` on a plain `async fn`",
        )
    }

    pub fn no_body(span: Span) -> Error {
        error(
            span,
            "a function without a body has nothing to guard",
            "put `#[requires_permission(..)]` on the implementations, or give it a default body",
        )
    }

    pub fn not_async(span: Span) -> Error {
        error(
            span,
            "a guarded function must be `async`: the authority's answer has to be awaited",
            "write `async fn`; if an attribute above removed `async` (as `#[tokio::main]` does), \
             move `#[requires_permission(..)]` above it",
        )
    }

    pub fn bare_stream(span: Span) -> Error {
        error(
            span,
            "a stream cannot be guarded: it starts before an answer can be awaited",
            "return it from an `async fn`: `async fn ..() -> Result<impl Stream<..>, E>`",
        )
    }

    pub fn constant(span: Span) -> Error {
        error(span, "a `const fn` cannot ask anybody", "write `async fn`")
    }

    pub fn foreign(span: Span) -> Error {
        error(
            span,
            "an `extern fn` can be called from where nothing is awaited",
            "guard an `async fn`, and call that one from the `extern fn`",
        )
    }

    pub fn variadic(span: Span) -> Error {
        error(span, "variadic arguments cannot be shown to the authority", "take a slice instead")
    }

    pub fn no_return_type(span: Span) -> Error {
        error(
            span,
            "a function that returns nothing cannot return a denial",
            "return `Result<(), failclosed::Denial>`",
        )
    }

    pub fn never_returns(span: Span) -> Error {
        error(
            span,
            "a function that never returns cannot return a denial",
            "return `Result<std::convert::Infallible, failclosed::Denial>`",
        )
    }

    pub fn two_permits(span: Span) -> Error {
        error(span, "there is one permit for one call", "keep one `#[permit]` parameter")
    }

    pub fn permit_options(span: Span) -> Error {
        error(span, "`#[permit]` takes no options", "write `#[permit]`")
    }

    pub fn conditional_permit(span: Span) -> Error {
        error(
            span,
            "with the condition off, this would be a parameter that callers fill",
            "write `#[permit]`, and `#[cfg(..)]` beside it if the parameter depends on the build",
        )
    }

    pub fn conditional_receiver(span: Span) -> Error {
        error(
            span,
            "whose guard asks would depend on the build",
            "put the `#[cfg(..)]` on the function",
        )
    }

    pub fn unreadable_condition(span: Span) -> Error {
        error(
            span,
            "what this attribute does to the parameter cannot be read",
            "write it without `cfg_attr`",
        )
    }

    pub fn unmarked_permit(name: &Ident, word: &Ident) -> Error {
        error(
            word.span(),
            format_args!(
                "a permit is lent by the guard, and `{name}` would be passed by the caller"
            ),
            format_args!(
                "write `#[permit]` before it: `#[permit] {name}: Permit<'_, Purchase>`; callers then \
                 pass nothing"
            ),
        )
    }

    pub fn returned_permit(span: Span) -> Error {
        error(
            span,
            "a permit is lent to one call, so it cannot be returned",
            "use it in here: `self.client.open(&permit)`; code below takes a `&Permit<'_, Purchase>`, and \
             callers get the result",
        )
    }

    pub fn permit_pattern(span: Span) -> Error {
        error(span, "a permit is taken by name", "write `#[permit] permit: Permit<'_, Purchase>`")
    }

    pub fn permit_needs_type(span: Span) -> Error {
        error(
            span,
            "a permit is for an action with a type, and this action is only a name",
            "write `action = Purchase`, with `#[derive(Action)]` on `struct Purchase;`",
        )
    }

    pub fn permit_needs_async(span: Span) -> Error {
        error(
            span,
            "a permit is lent inside an `async fn`, and this function only returns a future",
            "write `async fn`, or use `guard.run(action, async |permit| ..)`",
        )
    }

    pub fn does_nothing(span: Span) -> Error {
        error(
            span,
            "this body does nothing: a guard around it is a check whose answer can get lost",
            "put what the permission is for into this function; where that cannot be, lock it and \
             open it with the permit: `Locked<Client, Purchase>`",
        )
    }

    pub fn opaque_pattern(span: Span) -> Error {
        error(
            span,
            "this pattern cannot be read, so what it binds could not be shown to the authority",
            "bind the parameter by name, and take it apart in the body",
        )
    }
}
