//! Authorities across a network: what each wire format asks, and that one shape of a reply alone is
//! an allow.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod authzen;
mod behalf;
mod beside;
mod binding;
mod canned;
mod delegated;
mod opa;
mod openfga;
mod property;
mod questions;
mod reading;
mod spicedb;
