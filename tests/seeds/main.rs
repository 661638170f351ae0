//! The two essays that this project answers, claim by claim: one test for each sentence about what
//! good behaviour is.
//!
//! `behalfid`: "Fail closed: the only safe default for agent enforcement". `gptme`: "Fail-Closed:
//! The Security Bug Hiding in Your Agent Permissions", with the checklist that ends it in
//! `checklist` and `killed`.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "these are tests: they fail by panicking"
)]

mod behalfid;
mod checklist;
mod gptme;
mod killed;
