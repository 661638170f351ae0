//! The audit log: one line of JSON for each decision and outcome, on stderr.

use failclosed::audit::{AuditSink, DecisionRecord, Entry, OutcomeRecord, Recording};

/// Writes to stderr, because the standard output of a server over stdio is the wire.
#[derive(Debug)]
pub struct Stderr;

impl AuditSink for Stderr {
    fn decision(&self, record: &DecisionRecord<'_>) -> Recording<'_> {
        let line = Entry::try_from(record).and_then(|entry| Ok(serde_json::to_string(&entry)?));
        Recording::ready(line.map(|line| eprintln!("{line}")))
    }

    fn outcome(&self, record: &OutcomeRecord<'_>) {
        if let Ok(line) = serde_json::to_string(&Entry::from(record)) {
            eprintln!("{line}");
        }
    }
}
