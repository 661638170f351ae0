//! An audit sink as a program in a hurry has it: a bounded channel to a writer.

use std::{
    sync::mpsc::{SyncSender, TrySendError},
    time::{Duration, SystemTime},
};

use failclosed::{
    audit::{AuditSink, DecisionRecord, NotRecorded, Outcome, OutcomeRecord, Recording, Verdict},
    request::{CallId, Digest},
};

/// What [`Handoff`] sends: fixed size, and all that a log writer cannot look up later.
#[allow(clippy::exhaustive_enums, reason = "a log has these two kinds of line and no other")]
pub enum Line {
    /// Before the body.
    Decision {
        /// The call.
        call: CallId,
        /// When.
        at: SystemTime,
        /// Of what.
        action: &'static str,
        /// Of the arguments.
        digest: Option<Digest>,
        /// Whether the body runs.
        allowed: bool,
    },
    /// After it.
    Outcome {
        /// The call.
        call: CallId,
        /// When.
        at: SystemTime,
        /// How.
        outcome: Outcome,
        /// How long it ran.
        elapsed: Duration,
    },
}

/// Hands records on to a writer through a bounded channel. A full channel takes nothing.
pub struct Handoff(pub SyncSender<Line>);

impl Handoff {
    fn send(&self, line: Line) -> Result<(), NotRecorded> {
        self.0.try_send(line).map_err(|error| match error {
            TrySendError::Full(_) => NotRecorded::new("the writer is behind"),
            TrySendError::Disconnected(_) => NotRecorded::new("the writer is gone"),
        })
    }
}

impl AuditSink for Handoff {
    fn decision(&self, record: &DecisionRecord<'_>) -> Recording<'_> {
        Recording::ready(self.send(Line::Decision {
            call: record.request.id(),
            at: record.at,
            action: record.request.kind(),
            digest: record.digest(),
            allowed: matches!(record.verdict, Verdict::Allow(_)),
        }))
    }

    fn outcome(&self, record: &OutcomeRecord<'_>) {
        // There is nobody to tell: a call whose outcome is missing shows in the log by itself.
        let _ = self.send(Line::Outcome {
            call: record.call,
            at: record.at,
            outcome: record.outcome,
            elapsed: record.elapsed,
        });
    }
}
