// attempt: take a shared self out of its guard, in a guarded trait
// stopped by: "would take the implementation from behind its guard"

use failclosed::{Denial, guarded};

#[guarded]
pub trait Payments {
    #[requires_permission(action = "purchase")]
    async fn charge(&self, amount: u64) -> Result<u64, Denial>;

    #[requires_permission(action = "close")]
    async fn close(self: std::sync::Arc<Self>) -> Result<(), Denial>;
}

fn main() {}
