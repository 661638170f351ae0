//! What can be shown to an authority, and the walk that proves it before anyone is asked.
//!
//! An argument the authority never saw is an argument it never approved, so what cannot be
//! shown whole is refused, never cut short.

use std::fmt;

use serde::{Serialize, ser};

mod compound;
mod fields;
mod fingerprint;
mod key;
mod walk;

pub(crate) use fingerprint::Fingerprint;
pub(crate) use key::Key;
pub(crate) use walk::inspect;

/// The most bytes of arguments one request may carry. Larger requests are denied, never cut short
/// (CVE-2026-34040: an oversized body that the authorizer did not get to see was let through).
pub const MAX_ARGUMENT_BYTES: usize = 1024 * 1024;

/// How deep an argument may nest.
pub const MAX_ARGUMENT_DEPTH: usize = 64;

/// A value an authority can be shown: anything that is `Serialize + Sync`.
///
/// Implemented for every such type; there is nothing to write by hand. `Sync`, because the request
/// is lent to the authority while the caller's task may move between threads.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be shown to the authority",
    label = "this argument is not `Serialize + Sync`",
    note = "an argument the authority never saw is an argument it never approved\n\
            help: leave it out by name with `skip(..)` (on a field: `#[action(skip)]`), or show a \
            part of it with `args(name = expr)`"
)]
pub trait Argument: erased_serde::Serialize + Sync {}

#[diagnostic::do_not_recommend]
impl<T: Serialize + Sync + ?Sized> Argument for T {}

erased_serde::serialize_trait_object!(Argument);

/// Named arguments, by position: `argument(0)`, `argument(1)`, .. until `None`.
///
/// Implemented by `#[derive(Action)]` for the fields of an action. By position, and not as a
/// collection, so that a request can borrow them without allocating.
pub trait Arguments: Sync {
    /// The argument at `index` with its name, `None` past the last one.
    fn argument(&self, index: usize) -> Option<NamedArgument<'_>>;
}

/// One argument with the name it goes by.
pub type NamedArgument<'a> = (&'static str, &'a dyn Argument);

/// No arguments at all.
#[derive(Debug, Clone, Copy)]
pub(crate) struct NoArguments;

impl Arguments for NoArguments {
    fn argument(&self, _: usize) -> Option<NamedArgument<'_>> {
        None
    }
}

/// Why the arguments of a request cannot be shown as they are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotShowable(String);

impl NotShowable {
    pub(crate) fn new(detail: impl fmt::Display) -> Self {
        Self(detail.to_string())
    }
}

impl fmt::Display for NotShowable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for NotShowable {}

impl ser::Error for NotShowable {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self::new(message)
    }
}
