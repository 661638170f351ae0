//! Values that hold power, out of reach until a permit opens them.

use std::{fmt, marker::PhantomData};

use crate::{
    action::{Action, Exactly},
    permit::Permit,
};

/// A client, credential or directory handle that only a permit for action `A` opens.
///
/// Lock the raw client where it is built, and hand out nothing else: then code without a permit
/// has no power, whatever route it was reached by. This is the answer to the most frequent
/// fail-open bug of all, the other entry point.
///
/// For an action with lifetimes, write `'static`: `Locked<Stripe, Purchase<'static>>`.
///
/// What it cannot stop: code that has a permit and clones the client out.
pub struct Locked<T, A> {
    value: T,
    action: Exactly<A>,
}

impl<T, A: Action + 'static> Locked<T, A> {
    /// Locks a value. From here on only [`open`](Self::open) and [`open_mut`](Self::open_mut)
    /// reach it.
    pub const fn new(value: T) -> Self {
        Self { value, action: PhantomData }
    }

    /// The value, for as long as the permit is lent.
    pub fn open<'p, B: Action<Key = A::Key>>(&'p self, _permit: &'p Permit<'_, B>) -> &'p T {
        &self.value
    }

    /// The value, mutably, for as long as the permit is lent.
    pub fn open_mut<'p, B: Action<Key = A::Key>>(
        &'p mut self,
        _permit: &'p Permit<'_, B>,
    ) -> &'p mut T {
        &mut self.value
    }
}

/// A locked copy of a locked value.
impl<T: Clone, A> Clone for Locked<T, A> {
    fn clone(&self) -> Self {
        Self { value: self.value.clone(), action: PhantomData }
    }
}

/// Shows that something is locked, never what.
impl<T, A> fmt::Debug for Locked<T, A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Locked(..)")
    }
}
