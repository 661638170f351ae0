//! A permit that carries the arguments it was given for: what the methods of a raw trait take.
//!
//! Passed side by side, a permit for one amount could be spent on another. So the door below owns
//! the arguments from before the question, and hands out the very value that was asked about.

use std::{any::type_name, fmt, future::Future, panic::Location};

use crate::{
    action::{self, Action},
    argument::Question,
    denial::Denial,
    enforce::{Asking, Entry, enter},
    guard::Guard,
    permit::Permit,
    request::ShowMethod,
};

/// The arguments of one guarded method, as `#[guarded]` writes them down: a struct for each method,
/// so that the type of what was granted names the trait and the method.
pub trait Carried: Sized + Send + Sync {
    /// What the permit is for.
    type Action: Action + 'static;
    /// The arguments, in order.
    type Parts;
    /// What is asked about its name and the like: the object itself, or nothing. It has no method that
    /// could be called without a permit but those that were left unguarded.
    type Of: ?Sized + Sync;
    /// The action's one value.
    const ACTION: &'static Self::Action;

    /// Shows these arguments to whoever is asked. Here, of which a type has one, and not in [`Behind`],
    /// of which it may have many: nobody else says what the arguments are asked about as.
    fn show(&self, of: &Self::Of, question: &mut Question<'_>);

    /// Takes the arguments apart.
    fn into_parts(self) -> Self::Parts;
}

/// What stands behind the guard of one method: the method of the raw trait. `T` is what it is called on.
pub trait Behind<T>: Carried {
    /// What it gives.
    type Output;

    /// What is asked about the object.
    fn of(on: &T) -> &Self::Of;

    /// Calls it.
    fn call<'call>(
        on: T,
        granted: PermitFor<'call, Self>,
    ) -> impl Future<Output = Self::Output> + Send + 'call
    where
        T: 'call,
        Self: 'call;
}

/// What a method shows of itself.
struct Method<'s, C: Carried> {
    arguments: &'s C,
    of: &'s C::Of,
}

impl<C: Carried> ShowMethod for Method<'_, C> {
    fn show(&self, question: &mut Question<'_>) {
        self.arguments.show(self.of, question);
    }
}

/// The door of guarded methods.
#[derive(Debug)]
pub struct Offer(());

impl Offer {
    /// Asks about arguments, and moves what was asked about into what is granted: the only source of a
    /// [`PermitFor`]. One future for the check and the call, made here once and not in the code of each
    /// method: the compiler would prove for each that all of it is `Send`.
    ///
    /// # Denies
    /// Everything but an explicit allow, in time and on record.
    #[track_caller]
    pub fn enter<'g, C, T>(
        guard: &'g Guard,
        arguments: C,
        on: T,
        denied: fn(Denial) -> C::Output,
        failed: fn(&C::Output) -> bool,
    ) -> impl Future<Output = C::Output> + Send
    where
        C: Behind<T>,
        C::Output: Send,
        T: Send + Sync + 'g,
    {
        let site = Location::caller();
        async move {
            let call = {
                let show = Method { arguments: &arguments, of: C::of(&on) };
                let entry = Entry::untyped(const { action::name::<C::Action>() }, C::ACTION);
                let asking = Asking::method(guard, entry, &show, site, type_name::<C>());
                match enter(&asking).await {
                    Ok(call) => call,
                    Err(denial) => return denied(denial),
                }
            };
            let granted = PermitFor { permit: call.permit_for(C::ACTION), arguments };
            let result = C::call(on, granted).await;
            call.conclude(failed(&result));
            result
        }
    }
}

/// Proof that an authority allowed one call of one method, with the arguments it was allowed for.
///
/// The methods of a raw trait (`payments::Raw`) take it in place of their arguments: see
/// [`Guarded`](crate::Guarded). It cannot be built, cloned or stored, is spent by
/// [`redeem`](Self::redeem), and has no arguments but those that the authority was asked about.
#[must_use = "what was granted was asked for in vain"]
pub struct PermitFor<'call, C: Carried> {
    permit: Permit<'call, C::Action>,
    arguments: C,
}

impl<'call, C: Carried> PermitFor<'call, C> {
    /// The permit, lent as long as the call lasts, and the arguments, in order.
    pub fn redeem(self) -> (Permit<'call, C::Action>, C::Parts) {
        (self.permit, self.arguments.into_parts())
    }
}

impl<C: Carried> fmt::Debug for PermitFor<'_, C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PermitFor(`{}`)", action::name::<C::Action>())
    }
}
