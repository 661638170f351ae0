//! A permit that carries the arguments it was given for: what the methods of a raw trait take.
//!
//! Passed side by side, a permit for one amount could be spent on another. So the door below owns
//! the arguments from before the question, and hands out the very value that was asked about.

use std::{fmt, future::Future};

use crate::{
    action::Action,
    call::Call,
    denial::{Cause, Denial},
    guard::Guard,
    id::CallId,
    permit::Permit,
};

/// The arguments of one guarded method, as `#[guarded]` writes them down: a struct for each method,
/// so that the type of what was granted names the trait and the method.
pub trait Carried: Sized + Sync {
    /// What the permit is for.
    type Action: Action + 'static;
    /// The arguments, in order.
    type Parts;
    /// What is asked about its name and the like: the object itself, or nothing. It has no method that
    /// could be called without a permit but those that were left unguarded.
    type Of: ?Sized + Sync;

    /// Asks about these arguments. What it gives opens nothing by itself.
    fn enter<'g>(
        &self,
        guard: &'g Guard,
        of: &Self::Of,
    ) -> impl Future<Output = Result<Call<'g, Self::Action>, Denial>> + Send;

    /// Takes the arguments apart.
    fn into_parts(self) -> Self::Parts;
}

/// Arguments that are about to be asked about, then the call that they were allowed for.
pub struct Offer<'g, C: Carried> {
    /// Gone once they were asked about.
    arguments: Option<C>,
    call: Option<Call<'g, C::Action>>,
}

impl<'g, C: Carried> Offer<'g, C> {
    /// Takes the arguments. Nobody was asked yet.
    pub fn new(arguments: C) -> Self {
        Self { arguments: Some(arguments), call: None }
    }

    /// Asks, and moves what was asked about into what is granted: the only source of a [`PermitFor`].
    ///
    /// # Denies
    /// Everything but an explicit allow, in time and on record; and being asked twice.
    pub async fn enter(
        &mut self,
        guard: &'g Guard,
        of: &C::Of,
    ) -> Result<PermitFor<'_, C>, Denial> {
        let Some(arguments) = self.arguments.take() else {
            // FAIL CLOSED: one offer, one question, one grant.
            let name = crate::action::name::<C::Action>();
            let reason = "the arguments were asked about before";
            return Err(Denial::new(Cause::Cancelled, CallId::next(), name, reason));
        };
        let call = arguments.enter(guard, of).await?;
        Ok(PermitFor { call: self.call.insert(call), arguments })
    }

    /// The body returned.
    pub fn conclude(&self, failed: bool) {
        if let Some(call) = &self.call {
            call.conclude(failed);
        }
    }
}

impl<C: Carried> fmt::Debug for Offer<'_, C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Offer(..)")
    }
}

/// Proof that an authority allowed one call of one method, with the arguments it was allowed for.
///
/// The methods of a raw trait (`payments::Raw`) take it in place of their arguments: see
/// [`Guarded`](crate::Guarded). It cannot be built, cloned or stored, is spent by
/// [`redeem`](Self::redeem), and has no arguments but those that the authority was asked about.
#[must_use = "what was granted was asked for in vain"]
pub struct PermitFor<'call, C: Carried> {
    call: &'call Call<'call, C::Action>,
    arguments: C,
}

impl<'call, C: Carried> PermitFor<'call, C> {
    /// The permit, lent as long as the call lasts, and the arguments, in order.
    pub fn redeem(self) -> (Permit<'call, C::Action>, C::Parts) {
        (self.call.permit(), self.arguments.into_parts())
    }
}

impl<C: Carried> fmt::Debug for PermitFor<'_, C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PermitFor(`{}`)", crate::action::name::<C::Action>())
    }
}
