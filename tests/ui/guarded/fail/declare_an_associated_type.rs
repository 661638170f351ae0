// attempt: declare an associated type, in a guarded trait
// stopped by: "which has no associated types"

use failclosed::{Denial, guarded};

#[guarded]
pub trait Payments {
    #[requires_permission(action = "purchase")]
    async fn charge(&self, amount: u64) -> Result<u64, Denial>;

    type Receipt;
}

fn main() {}
