// attempt: guard a sync method, in a guarded trait
// stopped by: "a guarded method must be an `async fn`"

use failclosed::{Denial, guarded};

#[guarded]
pub trait Payments {
    #[requires_permission(action = "purchase")]
    async fn charge(&self, amount: u64) -> Result<u64, Denial>;

    #[requires_permission(action = "send")]
    fn send(&self) -> Result<(), Denial>;
}

fn main() {}
