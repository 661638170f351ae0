// attempt: leave the methods of a guarded trait open
// stopped by: "`default` has no use on a trait"

use failclosed::{Denial, guarded};

#[guarded(default = unguarded(reason = "moved over one by one"))]
pub trait Payments {
    #[requires_permission(action = "purchase")]
    async fn charge(&self, amount: u64) -> Result<u64, Denial>;
}

pub struct Stripe;

#[guarded]
impl Payments for Stripe {
    async fn charge(&self, amount: u64) -> Result<u64, Denial> {
        Ok(amount)
    }
}

fn main() {}
