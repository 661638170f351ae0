//! Where a method finds its guard.

use std::{ops::Deref, pin::Pin, rc::Rc, sync::Arc};

use super::Guard;
use crate::domain::Global;

/// A type that carries the guard of its methods.
///
/// Write `#[derive(HasGuard)]` on the struct and `#[guard]` on the field.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no guard",
    label = "this does not tell whom to ask",
    note = "help: write `#[derive(failclosed::HasGuard)]` on the struct and `#[guard]` on its \
            `Guard` field, or name one with `guard = expr`; in a trait, write `where Self: failclosed::HasGuard`"
)]
pub trait HasGuard<D = Global> {
    /// The guard that stands before the methods.
    fn guard(&self) -> &Guard<D>;
}

impl<D> HasGuard<D> for Guard<D> {
    fn guard(&self) -> &Self {
        self
    }
}

/// What may hold no guard. An `impl` whose bound nothing meets, so that the compiler says why not.
#[doc(hidden)]
impl<T: missing::NeverMissing> HasGuard for Option<T> {
    fn guard(&self) -> &Guard {
        T::always(self)
    }
}

/// As for `Option`: an error is no guard.
#[doc(hidden)]
impl<T: missing::NeverMissing, E> HasGuard for Result<T, E> {
    fn guard(&self) -> &Guard {
        T::always(self)
    }
}

mod missing {
    /// FAIL CLOSED: implemented by nothing, and out of everybody's reach. Without a guard nobody would be
    /// asked, and a default of ours would be somebody else's guard.
    #[diagnostic::on_unimplemented(
        message = "a guard is never optional, and this is a `{Self}` or none",
        label = "with nothing in it, nobody would be asked",
        note = "help: hold the guard itself, `guard: failclosed::Guard`, built before what it guards; \
                where there is none yet, take the function out of reach instead: \
                `shop: Option<Shop>`, whose `Shop` has one"
    )]
    pub trait NeverMissing: Sized {
        /// The guard that is always there.
        fn always<W>(within: &W) -> &super::Guard;
    }
}

macro_rules! through {
    ($($pointer:ty),* $(,)?) => {$(
        impl<D, T: HasGuard<D> + ?Sized> HasGuard<D> for $pointer {
            fn guard(&self) -> &Guard<D> {
                (**self).guard()
            }
        }
    )*};
}

through!(&T, &mut T, Box<T>, Rc<T>, Arc<T>);

impl<D, P: Deref<Target: HasGuard<D>>> HasGuard<D> for Pin<P> {
    fn guard(&self) -> &Guard<D> {
        (**self).guard()
    }
}
