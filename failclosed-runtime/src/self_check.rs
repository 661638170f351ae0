//! Proof, at start-up, that the authority can say no.

use std::{error::Error, fmt};

use crate::{
    argument::Question,
    denial::{Cause, Denial},
    enforce::{Asking, Entry, Named, enter},
    error::ConfigError,
    guard::{Guard, GuardBuilder},
    request::{CANARY, Note, Notes},
};

impl<D> Guard<D> {
    /// Asks the authority for its [probes](GuardBuilder::probe), or for
    /// [`Request::CANARY`](crate::Request::CANARY) where there are none: all must be denied.
    ///
    /// A gate that answers yes to everything, or not at all, looks healthy until it is needed
    /// (GHSA-hm46-7j72-rpv9). Run it at start-up, or build the guard with
    /// [`start`](GuardBuilder::start), which does.
    ///
    /// # Errors
    /// [`SelfCheckError`]: one was allowed, or there was no decision, or no record of it, or a mode of
    /// [`danger`](crate::danger) took part in it. A person is not asked.
    pub async fn self_check(&self) -> Result<(), SelfCheckError> {
        let notes = Notes::default();
        if self.0.probes.is_empty() {
            self.refuses(Entry::named(CANARY), &notes, || SelfCheckError::CanaryAllowed).await?;
        }
        for probe in &self.0.probes {
            let allowed = || SelfCheckError::ProbeAllowed { probe: probe.to_string() };
            self.refuses(Entry::probe(probe), &notes, allowed).await?;
        }
        Ok(())
    }

    async fn refuses(
        &self,
        entry: Entry<'_, Named>,
        notes: &Notes,
        allowed: impl FnOnce() -> SelfCheckError,
    ) -> Result<(), SelfCheckError> {
        let nothing = |_: &mut Question<'_>| {};
        let answered = enter(&Asking::noting(self, entry, &nothing, Some(notes))).await;
        let answered = answered.map(|call| call.conclude(true));
        match (notes.first(), answered) {
            // Whatever was answered: another time it is not.
            (Some(Note::Danger(stamp)), _) => Err(SelfCheckError::Danger { stamp }),
            (Some(Note::NotRecorded(detail)), _) => Err(SelfCheckError::NotRecorded { detail }),
            (None, Ok(())) => Err(allowed()),
            (None, Err(denial)) => match denial.cause() {
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

impl<D> GuardBuilder<D> {
    /// The guard, after its authority has shown that it can answer and that it refuses what nobody may
    /// do, and its log that it takes records.
    ///
    /// # Errors
    /// What was put together wrongly, and every error of [`Guard::self_check`].
    pub async fn start(self) -> Result<Guard<D>, StartError> {
        let guard = self.build().map_err(StartError::Config)?;
        guard.self_check().await.map_err(StartError::SelfCheck)?;
        Ok(guard)
    }

    /// As [`start`](Self::start), for programs that have no `await` where they start. It waits in a
    /// runtime of its own, which is gone when the guard is given out.
    ///
    /// # Errors
    /// As [`start`](Self::start), and [`StartError::NoThread`] inside a runtime, whose thread is not to
    /// be blocked.
    pub fn start_blocking(self) -> Result<Guard<D>, StartError> {
        if tokio::runtime::Handle::try_current().is_ok() {
            // FAIL CLOSED: what the authority needs to answer may need this very thread.
            let fault = "this thread belongs to a runtime";
            return Err(StartError::NoThread { fault: fault.to_owned() });
        }
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(|error| StartError::NoThread { fault: error.to_string() })?;
        runtime.block_on(self.start())
    }
}

/// Why a guard does not start.
#[derive(Debug)]
#[non_exhaustive]
pub enum StartError {
    /// It was put together wrongly.
    Config(ConfigError),
    /// Its authority, or its log, failed the self check.
    SelfCheck(SelfCheckError),
    /// It cannot be waited for here.
    NoThread {
        /// Why not.
        fault: String,
    },
}

impl fmt::Display for StartError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Config(error) => error.fmt(f),
            Self::SelfCheck(error) => error.fmt(f),
            Self::NoThread { fault } => {
                write!(f, "the start cannot be waited for: {fault}\nhelp: use `.start().await`")
            }
        }
    }
}

impl Error for StartError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            // It prints as what it holds, so its source is that one's.
            Self::Config(error) => error.source(),
            Self::SelfCheck(error) => error.source(),
            Self::NoThread { .. } => None,
        }
    }
}

/// Why a guard must not start.
#[derive(Debug)]
#[non_exhaustive]
pub enum SelfCheckError {
    /// Its authority allows an action that no policy can have meant.
    CanaryAllowed,
    /// Its authority allows what it was given as a [`Probe`](crate::Probe).
    ProbeAllowed {
        /// Which one: the action, and on what.
        probe: String,
    },
    /// Its authority gave no decision at all.
    NoAnswer(Denial),
    /// Its log did not take the decision.
    NotRecorded {
        /// Why not.
        detail: String,
    },
    /// A dangerous mode was asked, alone or beside others.
    Danger {
        /// Its stamp, with the reason that was given for it.
        stamp: String,
    },
}

impl fmt::Display for SelfCheckError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::CanaryAllowed => write!(
                f,
                "the authority allows `{CANARY}`, which nothing may\n\
                 help: if it allows all that it does not forbid, name something that it forbids: \
                 `.probe(Probe::new(\"purchase\").resource(\"casino.example\"))`"
            ),
            Self::ProbeAllowed { probe } => {
                write!(f, "the authority allows {probe}, a probe, which nobody may do")
            }
            Self::NoAnswer(denial) => {
                write!(f, "the authority did not answer the self check: {}", denial.operator())?;
                // Out of reach or too late is no fault of its rules.
                if denial.cause() == Cause::Malformed {
                    write!(
                        f,
                        "\nhelp: say no to an action that the rules do not know, or ask for one that \
                         they know and forbid: `.probe(Probe::new(\"purchase\").argument(\"cents\", 1))`"
                    )?;
                }
                Ok(())
            }
            Self::NotRecorded { detail } => {
                write!(f, "the log did not take the self check: {detail}")
            }
            Self::Danger { stamp } => write!(
                f,
                "the authority is not what decides: {stamp}\n\
                 help: leave it out, or say that you mean it: \
                 `danger::unchecked(builder, \"..\")`"
            ),
        }
    }
}

impl Error for SelfCheckError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            Self::NoAnswer(denial) => Some(denial),
            Self::CanaryAllowed
            | Self::ProbeAllowed { .. }
            | Self::NotRecorded { .. }
            | Self::Danger { .. } => None,
        }
    }
}
