// attempt: forget one method of a trait
// stopped by: "`refund` is neither guarded nor said to be unguarded"

use failclosed::{Denial, guarded};

#[guarded]
pub trait Payments {
    #[requires_permission(action = "purchase")]
    async fn charge(&self, amount: u64) -> Result<u64, Denial>;

    async fn refund(&self, amount: u64) -> Result<u64, Denial>;
}

fn main() {}
