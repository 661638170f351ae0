//! The audit log: the decision before the body, the outcome after it.

use std::{
    fmt,
    future::Future,
    panic::Location,
    pin::Pin,
    task::{Context, Poll},
    time::{Duration, SystemTime},
};

use serde::Serialize;

use crate::{
    answer::Soon,
    decision::{Allow, Grounds},
    denial::{Cause, Denial},
    id::CallId,
    request::{Digest, Request},
};

mod any_of;
mod blocking;
mod chain;
mod entry;
#[cfg(all(unix, feature = "audit-file"))]
mod file;
mod installed;
mod kept_policies;
mod line;
mod memory;
mod origin;
#[cfg(all(unix, feature = "audit-file"))]
mod reader;
mod record;
mod row;
#[cfg(all(unix, feature = "audit-signed"))]
pub mod signed;
mod store;
mod unrecorded;
#[cfg(all(unix, feature = "audit-file"))]
mod verify;
mod writer;

pub use crate::argument::MaskKey;
#[cfg(all(unix, feature = "audit-file"))]
pub use file::{FileOptions, FileStore, policies};
pub use installed::install;
pub(crate) use installed::installed;
#[cfg(all(unix, feature = "audit-file"))]
pub use reader::Reader;
pub use unrecorded::Unrecorded;
#[cfg(all(unix, feature = "audit-file"))]
pub use verify::{Broken, MAX_LINE_BYTES, Removed, Verified, verify, verify_each};
pub use {
    any_of::{
        AnyOf, any_of,
        state::{MemberState, Members},
    },
    blocking::Blocking,
    chain::Chain,
    entry::{Approval, DecisionEntry, Delegator, Entry, OutcomeEntry, Remembered},
    line::{GENESIS, Line, MAX_QUESTION_BYTES, MAX_TEXT_BYTES},
    memory::MemoryLog,
    record::{Kind, Record, RecordFault},
    row::Row,
    store::{End, Repair, Store, StoreError},
    writer::{QUEUE_LENGTH, Writer, WriterOptions},
};

/// The JSON Schema of a line of a log, version 1.
pub const RECORD_SCHEMA: &str = include_str!("audit/record.schema.json");

/// Takes the records of a guard.
///
/// # Denies
/// A decision to allow that is not recorded, for whatever reason and before the deadline, withholds
/// the permit: [`Cause::Unrecorded`]. A guard may have several sinks; each must take it.
pub trait AuditSink: Send + Sync {
    /// Records a decision. For an allow this happens before the body runs, and the body waits for
    /// it: let the recording end only when the record is as durable as you promise. It keeps nothing
    /// of `record`; [`Entry`] is an owned copy.
    fn decision(&self, record: &DecisionRecord<'_>) -> Recording<'_>;

    /// Records how an allowed call ended. Called from the call's own task, also while its future is
    /// dropped, so it must not block: hand the record on.
    fn outcome(&self, record: &OutcomeRecord<'_>);
}

impl<T: AuditSink + ?Sized> AuditSink for std::sync::Arc<T> {
    fn decision(&self, record: &DecisionRecord<'_>) -> Recording<'_> {
        (**self).decision(record)
    }

    fn outcome(&self, record: &OutcomeRecord<'_>) {
        (**self).outcome(record);
    }
}

/// A decision about to take effect.
#[derive(Debug)]
#[non_exhaustive]
pub struct DecisionRecord<'a> {
    /// The question.
    pub request: &'a Request<'a>,
    /// The answer.
    pub verdict: Verdict<'a>,
    /// The wall clock.
    pub at: SystemTime,
    pub(crate) approver_took: Option<Duration>,
}

impl DecisionRecord<'_> {
    /// SHA-256 of the question; `None` where the arguments cannot be shown. Computed when somebody
    /// asks for it, once for all of a call's records.
    pub fn digest(&self) -> Option<Digest> {
        self.request.digest().ok()
    }

    /// Where the guarded function's attribute stands, or the call of [`Guard::run`](crate::Guard::run).
    /// `None` for layers and self checks.
    pub fn site(&self) -> Option<&'static Location<'static>> {
        self.request.origin().site
    }

    /// The guarded function, by its path: `shop::orders::purchase`. The compiler's words for it, which
    /// another version of the compiler may put otherwise. `None` where the site is.
    pub fn function(&self) -> Option<&'static str> {
        self.request.origin().function()
    }

    /// How long the approver took, of what it [took](Self::took) in all. `None` where none was asked.
    pub fn approver_took(&self) -> Option<Duration> {
        self.approver_took
    }

    /// How long it took to come to the answer until now: the authority, and the person where one was
    /// asked. On the monotonic clock.
    pub fn took(&self) -> Duration {
        self.request.origin().began.elapsed()
    }
}

/// What the guard made of the answer.
#[allow(clippy::exhaustive_enums, reason = "there is no third way for a call to go")]
#[derive(Debug, Clone, Copy)]
pub enum Verdict<'a> {
    /// The body is about to run.
    Allow(&'a Allow),
    /// The body does not run. It may follow an `Allow` of the same call whose permit was withheld.
    Deny(&'a Denial),
}

impl Verdict<'_> {
    /// What it rests on.
    pub fn grounds(&self) -> Grounds {
        match self {
            Self::Allow(allow) => allow.grounds.clone(),
            Self::Deny(denial) => Grounds {
                rule: denial.rule().map(Into::into),
                decision_id: denial.decision_id().map(Into::into),
                version: denial.version().map(Into::into),
                policies: denial.policies(),
            },
        }
    }

    /// The stamp of a dangerous mode, on a decision that such a mode let through.
    pub fn danger(&self) -> Option<&str> {
        match self {
            Self::Allow(allow) => allow.danger.as_deref(),
            Self::Deny(_) => None,
        }
    }

    /// The person's yes that an allow rests on. `None` for an allow that is the authority's own.
    pub fn approval(&self) -> Option<Approval> {
        let approved = match self {
            Self::Allow(allow) => allow.approved.as_ref()?,
            Self::Deny(_) => return None,
        };
        Some(Approval {
            question: const_hex::encode(approved.question),
            through: approved.through.clone().into_owned(),
            by: approved.by.as_deref().map(str::to_owned),
            remembered: approved.remembered.as_deref().map(Remembered::of),
        })
    }

    /// The cause of a denial.
    pub fn cause(&self) -> Option<Cause> {
        match self {
            Self::Allow(_) => None,
            Self::Deny(denial) => Some(denial.cause()),
        }
    }
}

/// How an allowed call ended.
#[derive(Debug)]
#[non_exhaustive]
pub struct OutcomeRecord<'a> {
    /// The call whose decision was recorded before.
    pub call: CallId,
    /// Its action.
    pub action: &'a str,
    /// How it ended.
    pub outcome: Outcome,
    /// From the question to the permit: the answer, and then the log.
    pub until_permit: Duration,
    /// From the permit to the end.
    pub elapsed: Duration,
    /// The wall clock.
    pub at: SystemTime,
}

/// How a body that was allowed to run ended.
#[allow(clippy::exhaustive_enums, reason = "a body can end in no other way")]
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// It returned, and not a failure.
    Completed,
    /// It returned a failure, such as an `Err`.
    Failed,
    /// It was dropped while its thread was panicking: by its own panic or, where several futures
    /// share a task, by a neighbour's.
    Panicked,
    /// Its future was dropped before it returned. What it had done by then is not known.
    Abandoned,
}

impl Outcome {
    /// Its name in records: `completed`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Completed => "completed",
            Self::Failed => "failed",
            Self::Panicked => "panicked",
            Self::Abandoned => "abandoned",
        }
    }
}

impl fmt::Display for Outcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Why a record was not taken.
#[derive(Debug)]
pub struct NotRecorded(pub(crate) String);

impl NotRecorded {
    /// `detail` is for the operator.
    pub fn new(detail: impl fmt::Display) -> Self {
        Self(detail.to_string())
    }
}

// FAIL CLOSED: an error met while recording means that nothing was recorded.
impl<E: std::error::Error> From<E> for NotRecorded {
    fn from(error: E) -> Self {
        Self(error.to_string())
    }
}

/// The writing of one record, done or under way.
#[must_use = "a record is not written until it has been awaited"]
pub struct Recording<'a>(Soon<'a, (), NotRecorded>);

impl<'a> Recording<'a> {
    /// A record that is written, or failed to be.
    pub fn ready(result: Result<(), NotRecorded>) -> Self {
        Self(Soon::ready(result))
    }

    /// A record that takes time to write.
    pub fn pending(result: impl Future<Output = Result<(), NotRecorded>> + Send + 'a) -> Self {
        Self(Soon::pending(result))
    }
}

impl Recording<'_> {
    /// What came of it, if it is over: then there is no code of the sink's left to run.
    pub(crate) fn take_ready(&mut self) -> Option<Result<(), NotRecorded>> {
        self.0.take_ready()
    }
}

impl Future for Recording<'_> {
    type Output = Result<(), NotRecorded>;

    fn poll(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Self::Output> {
        self.0.poll(cx, || NotRecorded::new("recording awaited twice"))
    }
}

impl fmt::Debug for Recording<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Recording({})", self.0.state())
    }
}
