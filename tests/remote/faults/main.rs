//! Every fault of an authority, over a real socket, in every wire format: the body runs 0 times, the
//! denial names its cause, the decision is on record, and the next call works.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test fails by panicking"
)]

mod client;
mod concurrent;
mod matrix;
