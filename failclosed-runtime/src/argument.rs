//! What can be shown to an authority, and the strict serializer that shows it.
//!
//! An argument the authority never saw is an argument it never approved, so what cannot be
//! shown whole is refused, never cut short.

use std::fmt;

use serde::{Serialize, ser};

pub(crate) mod came_with;
mod compound;
mod key;
mod mask;
mod number;
mod pool;
mod question;
mod snapshot;
mod text;
mod value;
mod writer;

#[cfg(test)]
mod tests;

pub use mask::MaskKey;
pub use question::Question;
pub(crate) use question::{Carries, Head, Nothing};
pub(crate) use snapshot::Snapshot;
pub(crate) use text::write_text;
#[cfg(any(feature = "cedar", test))]
pub(crate) use value::Node;
pub use value::Value;

/// The most bytes of JSON text that one question may have. Larger ones are denied, never cut short
/// (CVE-2026-34040: an oversized body that the authorizer did not get to see was let through).
pub(crate) const MAX_ARGUMENT_BYTES: usize = 1024 * 1024;

/// How deep an argument may nest.
pub(crate) const MAX_ARGUMENT_DEPTH: usize = 64;

/// A value an authority can be shown: anything that is `Serialize + Sync`.
///
/// Implemented for every such type; there is nothing to write by hand. `Sync`, because the call's
/// task may move between threads while somebody is being asked.
#[diagnostic::on_unimplemented(
    message = "`{Self}` cannot be shown to the authority",
    label = "this argument is not `Serialize + Sync`",
    note = "an argument the authority never saw is an argument it never approved\n\
            help: leave it out by name with `skip(..)` (on a field: `#[action(skip)]`), or show a \
            part of it with `args(name = expr)`"
)]
pub trait Argument: shown::Show {}

#[diagnostic::do_not_recommend]
impl<T: Serialize + Sync + ?Sized> Argument for T {}

/// How an argument gets into a snapshot. Sealed: there is one serializer, and nothing is shown that
/// did not go through it.
mod shown {
    use serde::Serialize;

    use super::{NotShowable, Question};

    pub trait Show: Sync {
        fn show(&self, question: &mut Question<'_>) -> Result<(), NotShowable>;
    }

    #[diagnostic::do_not_recommend]
    impl<T: Serialize + Sync + ?Sized> Show for T {
        fn show(&self, question: &mut Question<'_>) -> Result<(), NotShowable> {
            self.serialize(question.writer())
        }
    }
}

/// Named arguments, by position: `argument(0)`, `argument(1)`, .. until `None`.
///
/// Implemented by `#[derive(Action)]` for the fields of an action. By position, and not as a
/// collection, so that a question can be written down without allocating.
pub trait Arguments: Sync {
    /// The argument at `index` with its name, `None` past the last one.
    fn argument(&self, index: usize) -> Option<NamedArgument<'_>>;

    /// Whether the argument at `index` is masked: shown to the authority, and to people and logs as a
    /// keyed hash.
    fn is_masked(&self, index: usize) -> bool {
        let _ = index;
        false
    }
}

/// One argument with the name it goes by.
pub type NamedArgument<'a> = (&'static str, &'a dyn Argument);

/// Why the arguments of a request cannot be shown as they are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NotShowable(Box<Fault>);

/// In a box: a result that may be one is one pointer, and every piece of a question gives such a result.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Fault {
    why: String,
    too_large: bool,
}

impl NotShowable {
    #[cold]
    pub(crate) fn new(detail: impl fmt::Display) -> Self {
        Self(Box::new(Fault { why: detail.to_string(), too_large: false }))
    }

    #[cold]
    pub(crate) fn too_large(detail: impl fmt::Display) -> Self {
        Self(Box::new(Fault { why: detail.to_string(), too_large: true }))
    }

    /// The same fault, told in other words.
    pub(crate) fn told(mut self, detail: impl fmt::Display) -> Self {
        self.0.why = detail.to_string();
        self
    }

    /// Whether less of the same could be shown.
    pub(crate) fn is_too_large(&self) -> bool {
        self.0.too_large
    }
}

impl fmt::Display for NotShowable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.why)
    }
}

impl std::error::Error for NotShowable {}

impl ser::Error for NotShowable {
    fn custom<T: fmt::Display>(message: T) -> Self {
        Self::new(message)
    }
}
