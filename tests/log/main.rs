//! The audit log in files: nothing runs that is not on the disk, and nothing on the disk can be
//! changed unnoticed.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test stops at what it does not expect"
)]

mod any_of;
mod chain;
mod common;
mod delegated;
mod faulty_disk;
mod format;
mod killed;
mod masked;
mod packed;
mod policies;
mod reader;
mod signed;
mod soak;
mod store;
mod writer;
