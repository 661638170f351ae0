//! The proof of an allow.
//!
//! Nothing outside `enforce` can make a [`Call`](crate::call::Call), and nothing but a `Call`
//! lends a [`Permit`].

use std::{fmt, marker::PhantomData, ops::Deref};

use crate::{
    action::{Action, Exactly},
    domain::{Global, Within},
};

/// Proof that an authority allowed action `A` in the call that is running, lent to its body.
///
/// It dereferences to the action, so the arguments the authority saw are read through it:
/// `permit.amount`. It cannot be built, cloned, stored, serialized, returned, moved to another
/// task or used for another action, and it ends with the call.
///
/// ```
/// use failclosed_runtime::{Locked, Permit};
/// # use failclosed_runtime::Action;
/// # struct Stripe; impl Stripe { async fn charge(&self, _: u64) {} }
/// # async fn settle<Purchase: Action + 'static>(
/// #   permit: &Permit<'_, Purchase>, stripe: &Locked<Stripe, Purchase>) {
/// // async fn settle(permit: &Permit<'_, Purchase>, stripe: &Locked<Stripe, Purchase>) { .. }
/// stripe.open(permit).charge(742).await;
/// # }
/// ```
#[must_use = "a permit that opens nothing was asked for in vain"]
pub struct Permit<'call, A: Action, D = Global> {
    action: &'call A,
    exactly: Exactly<A>,
    within: Within<D>,
}

impl<'call, A: Action, D> Permit<'call, A, D> {
    /// The one constructor. Called by `Call` alone.
    pub(crate) fn lend(action: &'call A) -> Self {
        Self { action, exactly: PhantomData, within: PhantomData }
    }
}

impl<A: Action, D> Deref for Permit<'_, A, D> {
    type Target = A;

    fn deref(&self) -> &A {
        self.action
    }
}

impl<A: Action, D> fmt::Debug for Permit<'_, A, D> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Permit(`{}`)", crate::action::name::<A>())
    }
}

/// That two domains are one. A trait, so that the compiler can say what it means when they are not. No
/// other crate can name it.
#[diagnostic::on_unimplemented(
    message = "the guard is of domain `{D}`, and the permit of domain `{Self}`",
    label = "what is lent here is a permit of domain `{D}`",
    note = "help: write the guard's domain last, `#[permit] permit: Permit<'_, Purchase, {D}>`, or find a guard of \
            domain `{Self}`"
)]
pub trait IsDomainOf<D>: Sized {
    /// The same permit.
    fn same<A: Action>(permit: Permit<'_, A, D>) -> Permit<'_, A, Self>;
}

impl<D> IsDomainOf<D> for D {
    fn same<A: Action>(permit: Permit<'_, A, D>) -> Permit<'_, A, D> {
        permit
    }
}
