//! An agent that asks its user through ACP, and clients that other people wrote at its other side,
//! each behaving well and badly. The body runs after the one true allow, and in no other row.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "these are tests"
)]

mod faults;
mod in_process;
mod raw;
mod rust_sdk;
mod sdks;

use failclosed_peers::acp::Log;

const AGENT: &str = env!("CARGO_BIN_EXE_acp_shop");

/// In milliseconds: longer than any client takes to answer, on a busy machine too.
const PATIENT: &str = "30000";
/// For those that never do.
const IMPATIENT: &str = "3000";

/// One decision, its cause, no body; then the next call, allowed and run once.
fn assert_denied_then_healthy(log: &Log, cause: &str, row: &str) {
    assert_eq!(log.events(), [cause, "allow", "ran"], "{row}: {}", log.why());
}
