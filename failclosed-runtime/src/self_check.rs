//! Proof, at start-up, that the authority can say no.

use std::{error::Error, fmt};

use crate::{
    denial::{Cause, Denial},
    enforce::{Asking, Entry, enter},
    error::ConfigError,
    guard::{Guard, GuardBuilder},
    request::CANARY,
};

impl Guard {
    /// Asks the authority for [`Request::CANARY`](crate::Request::CANARY), which must be denied.
    ///
    /// A gate that answers yes to everything, or not at all, looks healthy until it is needed
    /// (GHSA-hm46-7j72-rpv9). Run it at start-up, or build the guard with
    /// [`start`](GuardBuilder::start), which does.
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

impl GuardBuilder {
    /// The guard, after its authority has shown that it can answer and that it refuses what nothing
    /// may do. Prefer it to [`build`](Self::build) wherever there is an `await` at start-up.
    ///
    /// # Errors
    /// As [`build`](Self::build) and [`Guard::self_check`].
    pub async fn start(self) -> Result<Guard, StartError> {
        let guard = self.build().map_err(StartError::Config)?;
        guard.self_check().await.map_err(StartError::SelfCheck)?;
        Ok(guard)
    }
}

/// Why a guard does not start.
#[derive(Debug)]
#[non_exhaustive]
pub enum StartError {
    /// It was put together wrongly.
    Config(ConfigError),
    /// Its authority failed the self check.
    SelfCheck(SelfCheckError),
}

impl fmt::Display for StartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Config(error) => error.fmt(f),
            Self::SelfCheck(error) => error.fmt(f),
        }
    }
}

impl Error for StartError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            // It prints as what it holds, so its source is that one's.
            Self::Config(error) => error.source(),
            Self::SelfCheck(error) => error.source(),
        }
    }
}

/// Why a guard must not start: its authority did not refuse the canary.
#[derive(Debug)]
#[non_exhaustive]
pub enum SelfCheckError {
    /// It allows an action that no policy can have meant.
    CanaryAllowed,
    /// It gave no decision at all.
    NoAnswer(Denial),
}

impl fmt::Display for SelfCheckError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::CanaryAllowed => {
                write!(f, "the authority allows `{}`, which nothing may", CANARY)
            }
            Self::NoAnswer(denial) => {
                write!(f, "the authority did not answer the self check: {}", denial.operator())
            }
        }
    }
}

impl Error for SelfCheckError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::CanaryAllowed => None,
            Self::NoAnswer(denial) => Some(denial),
        }
    }
}
