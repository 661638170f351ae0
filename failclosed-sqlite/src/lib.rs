#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]
#![cfg(unix)]

mod database;
mod options;
mod place;
mod policies;
mod reader;
mod rows;
mod store;

pub use options::SqliteOptions;
pub use reader::SqliteReader;
pub use store::SqliteStore;

/// The log that is meant where none is named.
pub const LOG: &str = "main";
