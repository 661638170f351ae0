//! Values that hold power, out of reach until a permit opens them.

use std::{fmt, marker::PhantomData};

use crate::{
    action::{Action, Exactly},
    permit::Permit,
};

mod opens;

pub(crate) use opens::OpenedBy;
use opens::Opens;
pub use opens::View;

/// A client, credential or directory handle that only a permit for action `A` opens.
///
/// Lock the raw client where it is built, and hand out nothing else: then code without a permit
/// has no power, whatever route it was reached by. This is the answer to the most frequent
/// fail-open bug of all, the other entry point.
///
/// For an action with lifetimes, write `'static`: `Locked<Stripe, Purchase<'static>>`.
///
/// A client that does several things is locked for all of them, `Locked<Files, (Read, Delete)>`, so that
/// it needs no action that stands for everything. A permit for any of them opens it; where a permit to
/// read must not reach what deletes, give each action a [`View`] of its own and call
/// [`view`](Self::view).
///
/// What it cannot stop: code that has a permit and clones the client out.
pub struct Locked<T, A> {
    value: T,
    action: Exactly<A>,
}

impl<T, A: Opens> Locked<T, A> {
    /// Locks a value. From here on only [`open`](Self::open), [`open_mut`](Self::open_mut) and
    /// [`view`](Self::view) reach it.
    pub const fn new(value: T) -> Self {
        Self { value, action: PhantomData }
    }
}

impl<T, A> Locked<T, A> {
    /// The value, for as long as the permit is lent.
    pub fn open<'p, B: Action, At>(&'p self, _permit: &'p Permit<'_, B>) -> &'p T
    where
        A: OpenedBy<B::Key, At>,
    {
        &self.value
    }

    /// The value, mutably, for as long as the permit is lent.
    pub fn open_mut<'p, B: Action, At>(&'p mut self, _permit: &'p Permit<'_, B>) -> &'p mut T
    where
        A: OpenedBy<B::Key, At>,
    {
        &mut self.value
    }

    /// What the permit's action may see of the value, for as long as the permit is lent. See [`View`].
    pub fn view<'p, B: Action, At>(&'p self, _permit: &'p Permit<'_, B>) -> T::Seen<'p>
    where
        A: OpenedBy<B::Key, At>,
        T: View<B::Key>,
    {
        self.value.view()
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
