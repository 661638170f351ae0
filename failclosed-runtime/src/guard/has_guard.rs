//! Where a method finds its guard.

use std::{ops::Deref, pin::Pin, rc::Rc, sync::Arc};

use super::Guard;

/// A type that carries the guard of its methods.
///
/// Write `#[derive(HasGuard)]` on the struct and `#[guard]` on the field.
#[diagnostic::on_unimplemented(
    message = "`{Self}` has no guard",
    label = "this does not tell whom to ask",
    note = "help: write `#[derive(failclosed::HasGuard)]` on the struct and `#[guard]` on its \
            `Guard` field, or name one with `guard = expr`"
)]
pub trait HasGuard {
    /// The guard that stands before the methods.
    fn guard(&self) -> &Guard;
}

impl HasGuard for Guard {
    fn guard(&self) -> &Guard {
        self
    }
}

macro_rules! through {
    ($($pointer:ty),* $(,)?) => {$(
        impl<T: HasGuard + ?Sized> HasGuard for $pointer {
            fn guard(&self) -> &Guard {
                (**self).guard()
            }
        }
    )*};
}

through!(&T, &mut T, Box<T>, Rc<T>, Arc<T>);

impl<P: Deref<Target: HasGuard>> HasGuard for Pin<P> {
    fn guard(&self) -> &Guard {
        (**self).guard()
    }
}
