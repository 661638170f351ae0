//! Proof, at start-up, that the authority can say no.

use super::Guard;
use crate::{
    denial::Cause,
    enforce::{Asking, Entry, enter},
    error::SelfCheckError,
    request::CANARY,
};

impl Guard {
    /// Asks the authority for [`CANARY`], which must be denied.
    ///
    /// A gate that answers yes to everything, or not at all, looks healthy until it is needed
    /// (GHSA-hm46-7j72-rpv9). Run it at start-up, or build the guard with
    /// [`start`](super::GuardBuilder::start), which does.
    ///
    /// # Errors
    /// [`SelfCheckError`]: the canary was allowed, or there was no decision. A person is not asked.
    pub async fn self_check(&self) -> Result<(), SelfCheckError> {
        match enter(&Asking::new(self, Entry::named(CANARY), &|_| {})).await {
            Ok(call) => {
                call.conclude(true);
                Err(SelfCheckError::CanaryAllowed)
            }
            Err(denial) => match denial.cause() {
                // A question to a person is an answer too: nothing runs without one.
                Cause::Denied | Cause::NeedsApproval => Ok(()),
                Cause::TimedOut
                | Cause::Unavailable
                | Cause::Malformed
                | Cause::NotConfigured
                | Cause::Unrecorded
                | Cause::Cancelled => Err(SelfCheckError::NoAnswer(denial)),
            },
        }
    }
}
