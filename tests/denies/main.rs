//! One test for each way of not being allowed: the body ran 0 times, the denial has its cause, the
//! record exists, and the next healthy call works. `Rig` asserts all four.
//!
//! The ids in the comments (A2, K1, L3 ..) are those of the fault matrix.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_in_result,
    reason = "these are tests: they fail by panicking, and so do the faults in them"
)]

mod all_of;
mod approval;
mod arguments;
mod arguments_change;
mod audit;
mod authority_fails;
mod authority_panics;
mod bound;
mod caller;
mod cancellation;
mod compose;
mod computed;
mod config;
mod danger;
mod deadline;
mod delegate;
mod delegate_ends;
#[cfg(unix)]
mod directory;
mod domain;
mod exhaustion;
mod guard_lookup;
mod in_time;
mod masked;
mod named;
mod no_runtime;
mod observers;
mod outcome;
mod pace;
mod presentation;
#[path = "../unified/questions.rs"]
mod questions;
mod reentrance;
mod remember;
mod remember_holds;
mod secrets;
mod self_check;
mod shown_whole;
mod telemetry;
mod texts;
