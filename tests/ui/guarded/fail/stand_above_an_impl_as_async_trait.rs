// attempt: let `#[async_trait]` rewrite an impl of a guarded trait
// stopped by: "`#[async_trait]` and `#[guarded]` would both rewrite these methods"

use failclosed::{Denial, guarded};

#[guarded]
pub trait Payments {
    #[requires_permission(action = "purchase")]
    async fn charge(&self, amount: u64) -> Result<u64, Denial>;
}

pub struct Stripe;

#[async_trait::async_trait]
#[guarded]
impl Payments for Stripe {
    async fn charge(&self, amount: u64) -> Result<u64, Denial> {
        Ok(amount)
    }
}

fn main() {}
