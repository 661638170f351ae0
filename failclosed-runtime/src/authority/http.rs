//! Authorities across a network: one strict HTTP engine, and a small dialect for each wire format.

mod dialect;
mod json;

pub use dialect::{Dialect, Repeat};
pub use json::Object;
