//! facade
pub use failclosed_runtime::*;
