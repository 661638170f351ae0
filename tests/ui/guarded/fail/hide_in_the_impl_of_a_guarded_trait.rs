// attempt: hide an argument where a guarded trait is implemented
// stopped by: "`skip` has no use on an `impl` of a guarded trait"

use failclosed::{Denial, guarded};

#[guarded]
pub trait Payments {
    #[requires_permission(action = "purchase")]
    async fn charge(&self, amount: u64) -> Result<u64, Denial>;
}

pub struct Stripe;

#[guarded(skip(amount))]
impl Payments for Stripe {
    async fn charge(&self, amount: u64) -> Result<u64, Denial> {
        Ok(amount)
    }
}

fn main() {}
