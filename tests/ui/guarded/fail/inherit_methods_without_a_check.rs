// attempt: inherit methods without a check, and guard it
// stopped by: "the methods of this supertrait would be reached without a check"

use failclosed::{Denial, guarded};

#[guarded]
pub trait Payments: Iterator<Item = u64> {
    #[requires_permission(action = "purchase")]
    async fn charge(&self, amount: u64) -> Result<u64, Denial>;
}

fn main() {}
