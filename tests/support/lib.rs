//! What every proof shares: a shop that counts its charges, a guard whose parts can be broken and
//! repaired, and one assertion that no test can forget a part of.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::exhaustive_structs,
    reason = "a harness: it fails by panicking, and its only readers are the tests beside it"
)]

pub mod authorities;
mod block_on;
pub mod children;
mod elsewhere;
mod events;
mod rig;
mod shop;
pub mod sinks;
pub mod spans;

pub use block_on::block_on;
pub use elsewhere::{Bank, bank};
pub use events::Events;
pub use rig::{Proof, Rig, Running, decisions, outcomes};
pub use shop::Shop;
