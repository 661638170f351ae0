//! What came with a call and is no argument of it: a connection, a guard, a lock. It is known by its
//! type, so that nobody has to `skip` it, and a type of somebody else's that has the same name is an
//! argument like any other.

use super::{Argument, Question};

mod sealed {
    /// Out of reach: what is left out of questions is listed in this crate.
    pub trait Sealed {}
}
pub(crate) use sealed::Sealed;

/// A type whose values no authority is shown. Sealed.
pub trait CameWith: Sealed {}

/// Lists a type.
macro_rules! came_with {
    ($(#[$about:meta])* $ty:ty $(, $($generic:tt)*)?) => {
        impl $(<$($generic)*>)? $crate::argument::came_with::Sealed for $ty {}
        $(#[$about])*
        impl $(<$($generic)*>)? $crate::argument::came_with::CameWith for $ty {}
    };
}
pub(crate) use came_with;

came_with!(&T, T: CameWith + ?Sized);
came_with!(&mut T, T: CameWith + ?Sized);

/// A parameter, before it is known whether it is an argument. The inherent method comes first, and is
/// there for what came with the call alone; everything else has the one of [`AnyPassed`].
#[derive(Debug)]
pub struct Passed<'p, T: ?Sized>(pub &'p T);

impl<T: CameWith + ?Sized> Passed<'_, T> {
    /// No argument.
    pub fn failclosed_kind(self) -> NoArgument {
        NoArgument(())
    }
}

/// What every other parameter is.
pub trait AnyPassed: Sized {
    /// An argument, which has to be shown.
    fn failclosed_kind(self) -> AnArgument {
        AnArgument(())
    }
}

impl<T: ?Sized> AnyPassed for Passed<'_, T> {}

/// What is shown.
#[derive(Debug)]
pub struct AnArgument(());

impl AnArgument {
    /// Under its name.
    pub fn show<T: Argument>(self, question: &mut Question<'_>, name: &'static str, value: &T) {
        question.argument(name, value);
    }
}

/// What is left out.
#[derive(Debug)]
pub struct NoArgument(());

impl NoArgument {
    /// Nothing of it.
    pub fn show<T: CameWith>(self, _: &mut Question<'_>, _: &'static str, _: &T) {}
}
