// attempt: declare an associated constant, in a guarded trait
// stopped by: "which has no associated constants"

use failclosed::{Denial, guarded};

#[guarded]
pub trait Payments {
    #[requires_permission(action = "purchase")]
    async fn charge(&self, amount: u64) -> Result<u64, Denial>;

    const LIMIT: u64;
}

fn main() {}
