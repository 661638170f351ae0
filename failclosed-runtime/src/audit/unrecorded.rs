//! The log that is none.

use std::any::Any;

use super::{AuditSink, DecisionRecord, OutcomeRecord, Recording};

/// No log. Made by [`danger::unrecorded`](crate::danger::unrecorded) alone.
#[derive(Debug, Clone)]
pub struct Unrecorded(());

impl Unrecorded {
    pub(crate) fn new() -> Self {
        Self(())
    }

    /// Whether this log is none: then nothing has to be made ready for it.
    pub(crate) fn is(log: &impl Any) -> bool {
        (log as &dyn Any).is::<Self>()
    }
}

impl AuditSink for Unrecorded {
    fn decision(&self, _: &DecisionRecord<'_>) -> Recording<'_> {
        Recording::ready(Ok(()))
    }

    fn outcome(&self, _: &OutcomeRecord<'_>) {}
}
