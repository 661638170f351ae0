//! Values that hold power, out of reach until a permit opens them.

use std::{fmt, marker::PhantomData};

use crate::{
    action::{Action, Exactly},
    argument::came_with::came_with,
    domain::{Global, Within},
    permit::Permit,
};

mod opens;

pub(crate) use opens::OpenedBy;
use opens::Opens;
pub use opens::View;

/// A client, credential or directory handle that only a permit for action `A` opens: `locked.open(&permit)`.
///
/// It has none of the methods of what is in it. Where the compiler finds no `charge` on a
/// `Locked<Stripe, Purchase>`, take the permit and open it:
///
/// ```text
/// #[requires_permission(action = Purchase)]
/// async fn buy(&self, #[permit] permit: Permit<'_, Purchase>, cents: u64) -> Result<(), Denial> {
///     self.stripe.open(&permit).charge(cents).await
/// }
/// ```
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
/// `Locked<Stripe, Purchase, Payments>` opens to permits from guards of a [domain](crate::Global) alone.
///
/// What it cannot stop: code that has a permit and clones the client out.
pub struct Locked<T, A, D = Global> {
    value: T,
    action: Exactly<A>,
    within: Within<D>,
}

impl<T, A: Opens, D> Locked<T, A, D> {
    /// Locks a value. From here on only [`open`](Self::open), [`open_mut`](Self::open_mut) and
    /// [`view`](Self::view) reach it.
    pub const fn new(value: T) -> Self {
        Self { value, action: PhantomData, within: PhantomData }
    }
}

impl<T, A, D> Locked<T, A, D> {
    // Where the permit is missing, the compiler prints the line with the method's name, and no text of
    // ours besides: so that line says what to do, and keeps its form.

    /// The value, for as long as the permit is lent.
    #[rustfmt::skip]
    pub fn open<'p, B: Action, At>( // help: write `.open(&permit)`, and take `#[permit] permit: Permit<'_, Purchase>` in an executor
        &'p self,
        permit: &'p Permit<'_, B, D>,
    ) -> &'p T
    where
        A: OpenedBy<B::Key, At>,
    {
        let _ = permit;
        &self.value
    }

    /// The value, mutably, for as long as the permit is lent.
    #[rustfmt::skip]
    pub fn open_mut<'p, B: Action, At>( // help: write `.open_mut(&permit)`, and take `#[permit] permit: Permit<'_, Purchase>` in an executor
        &'p mut self,
        permit: &'p Permit<'_, B, D>,
    ) -> &'p mut T
    where
        A: OpenedBy<B::Key, At>,
    {
        let _ = permit;
        &mut self.value
    }

    /// What the permit's action may see of the value, for as long as the permit is lent. See [`View`].
    #[rustfmt::skip]
    pub fn view<'p, B: Action, At>( // help: write `.view(&permit)`, and take `#[permit] permit: Permit<'_, Purchase>` in an executor
        &'p self,
        permit: &'p Permit<'_, B, D>,
    ) -> T::Seen<'p>
    where
        A: OpenedBy<B::Key, At>,
        T: View<B::Key>,
    {
        let _ = permit;
        self.value.view()
    }
}

/// A locked copy of a locked value.
impl<T: Clone, A, D> Clone for Locked<T, A, D> {
    fn clone(&self) -> Self {
        Self { value: self.value.clone(), action: PhantomData, within: PhantomData }
    }
}

/// Shows that something is locked, never what.
impl<T, A, D> fmt::Debug for Locked<T, A, D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Locked(..)")
    }
}

// What it holds, only a permit shows.
came_with!(Locked<T, A, D>, T, A, D);
