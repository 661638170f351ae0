//! An audit log in memory, for tests and examples.

use std::sync::{Arc, Mutex};

use super::{AuditSink, DecisionRecord, Entry, NotRecorded, OutcomeRecord, Recording};

/// Keeps every record in memory, in order. Clones share one log.
///
/// It is lost with the process: use it in tests and examples.
#[derive(Debug, Clone, Default)]
pub struct MemoryLog {
    entries: Arc<Mutex<Vec<Entry>>>,
}

impl MemoryLog {
    /// An empty log.
    pub fn new() -> Self {
        Self::default()
    }

    /// A copy of what was recorded so far.
    pub fn entries(&self) -> Vec<Entry> {
        match self.entries.lock() {
            Ok(entries) => entries.clone(),
            // Only reading: what was written before some thread panicked is still what was written.
            Err(poisoned) => poisoned.into_inner().clone(),
        }
    }
}

impl AuditSink for MemoryLog {
    fn decision(&self, record: &DecisionRecord<'_>) -> Recording<'_> {
        // Before the lock: it shows the arguments, and if one panics the log must not be poisoned.
        let entry = record.into();
        Recording::ready(match self.entries.lock() {
            Ok(mut entries) => {
                entries.push(entry);
                Ok(())
            }
            // FAIL CLOSED: a log of unknown state takes no decision.
            Err(_) => Err(NotRecorded::new("the log's lock is poisoned")),
        })
    }

    fn outcome(&self, record: &OutcomeRecord<'_>) {
        match self.entries.lock() {
            Ok(mut entries) => entries.push(record.into()),
            Err(poisoned) => poisoned.into_inner().push(record.into()),
        }
    }
}
