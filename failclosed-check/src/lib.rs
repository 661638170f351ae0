//! Finds what is not guarded: effects that can be reached from an entry point without a permission check,
//! and fail-open shapes in permission code.
//!
//! Two halves. [`lint`] reads the source, and needs no build. [`reach`] follows what the compiler made of
//! it. The check itself fails closed: what it cannot read or decide is an error with an exit code of its
//! own ([`CheckError`]), never "nothing found".
#![forbid(unsafe_code)]
#![allow(
    clippy::wildcard_enum_match_arm,
    reason = "syntax has forty kinds of expressions, and more to come: a shape is looked for in a few"
)]

pub mod allow;
pub mod baseline;
pub mod changed;
pub mod cli;
pub mod config;
pub mod dangers;
pub mod finding;
pub mod fix;
mod inconclusive;
pub mod lint;
pub mod manifest;
mod marked;
pub mod names;
pub mod reach;
pub mod report;
pub mod rules;
pub mod run;
pub mod sinks;
pub mod source;
mod typed;

pub use inconclusive::CheckError;
