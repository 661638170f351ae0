//! A guarded trait for other crates to implement.

use failclosed::{Denial, guarded};

/// Pays.
#[guarded]
pub trait Bank {
    /// Pays somebody.
    #[requires_permission(action = "pay", resource = to)]
    async fn pay(&self, to: &str, amount: u64) -> Result<u64, Denial>;
}
