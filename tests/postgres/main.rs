//! Proofs of the audit log in PostgreSQL.
#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod common;
mod faults;
mod full;
mod killed;
mod opened;
mod proxy;
mod records;
mod server;
mod tampered;
