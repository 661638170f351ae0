//! What the attributes of [`failclosed`](https://docs.rs/failclosed) say: use that crate.
//!
//! The macros expand what is read here, and the static check lists it: one reader, so that the two
//! cannot understand an attribute in different ways. Nothing here is expanded, and no body is parsed.
#![forbid(unsafe_code)]
#![allow(
    missing_docs,
    clippy::exhaustive_enums,
    reason = "an inner part of two crates that are built with this very version of it"
)]
#![allow(
    clippy::wildcard_enum_match_arm,
    reason = "syn's enums grow; every catch-all arm here refuses, or shows more than it had to"
)]

pub mod action;
pub mod args;
pub mod bound;
pub mod diag;
pub mod guarded;
pub mod item;
pub mod params;
pub mod path;
pub mod shown;
pub mod text;

#[cfg(test)]
mod text_tests;
