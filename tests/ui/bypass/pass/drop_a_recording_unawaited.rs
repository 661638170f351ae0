#![deny(unused_must_use)]

use failclosed::audit::{AuditSink, DecisionRecord};

async fn record(sink: &dyn AuditSink, decision: &DecisionRecord<'_>) {
    drop(sink.decision(decision).await);
}

fn main() {}
