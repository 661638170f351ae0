#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

mod database;
mod options;
mod place;
mod policies;
mod reader;
mod rows;
mod session;
mod store;

pub use options::PostgresOptions;
pub use reader::PostgresReader;
pub use store::PostgresStore;

/// The log that is meant where none is named.
pub const LOG: &str = "main";
