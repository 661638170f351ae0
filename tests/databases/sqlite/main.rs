//! Proofs of the audit log in SQLite.
#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod any_of;
mod common;
mod faults;
mod killed;
mod opened;
mod records;
mod tampered;
