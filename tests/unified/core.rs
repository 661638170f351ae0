//! The guard itself, where other crates switched on what they could: the same proofs, and that it is
//! still heard where `tracing` was silenced.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_in_result,
    reason = "these are tests: they fail by panicking, and so do the faults in them"
)]

#[path = "../denies/all_of.rs"]
mod all_of;
#[path = "../denies/approval.rs"]
mod approval;
#[path = "../denies/arguments.rs"]
mod arguments;
#[path = "../denies/arguments_change.rs"]
mod arguments_change;
#[path = "../denies/audit.rs"]
mod audit;
#[path = "../denies/deadline.rs"]
mod deadline;
mod foreign;
#[path = "../denies/presentation.rs"]
mod presentation;
mod questions;
#[path = "../denies/self_check.rs"]
mod self_check;
mod silenced;
#[path = "../denies/texts.rs"]
mod texts;
