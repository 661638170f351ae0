// attempt: hand a decision to the audit log and not wait until it is written
// stopped by: "a record is not written until it has been awaited"

#![deny(unused_must_use)]

use failclosed::audit::{AuditSink, DecisionRecord};

async fn record(sink: &dyn AuditSink, decision: &DecisionRecord<'_>) {
    sink.decision(decision);
}

fn main() {}
