// attempt: guard a method of a trait only where a feature is on
// stopped by: "`charge` is guarded only under a condition"

use failclosed::{Denial, guarded};

#[guarded]
pub trait Payments {
    #[cfg_attr(all(), requires_permission(action = "purchase"))]
    async fn charge(&self, amount: u64) -> Result<u64, Denial>;
}

fn main() {}
