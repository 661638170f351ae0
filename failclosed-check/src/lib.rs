//! x
#![forbid(unsafe_code)]
pub mod finding;
pub mod inconclusive;
pub mod lint;
pub mod names;
pub mod rules;
pub mod source;
