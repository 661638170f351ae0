//! facade
pub use failclosed_macros::{Action, HasGuard, requires_permission};
pub use failclosed_runtime::*;
