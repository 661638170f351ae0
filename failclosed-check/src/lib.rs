//! x
#![forbid(unsafe_code)]
pub mod config;
pub mod finding;
pub mod inconclusive;
pub mod lint;
pub mod names;
pub mod reach;
pub mod rules;
pub mod sinks;
pub mod source;
