// attempt: act on a default body's own authority: call the guarded method
// stopped by: E0599

use failclosed::{Action, Denial, guarded};

#[derive(Action)]
#[action(name = "purchase")]
pub struct Purchase;

#[guarded]
pub trait Payments {
    #[requires_permission(action = Purchase)]
    async fn charge(&self, amount: u64) -> Result<u64, Denial>;

    #[unguarded(reason = "reads no account")]
    fn currency(&self) -> &'static str;
}

pub struct Stripe;

#[guarded]
impl Payments for Stripe {
    async fn charge(&self, amount: u64) -> Result<u64, Denial> {
        Ok(amount)
    }

    fn currency(&self) -> &'static str {
        "EUR"
    }
}

#[guarded]
pub trait Shop {
    #[requires_permission(action = Purchase)]
    async fn buy(&self, amount: u64) -> Result<u64, Denial>;

    #[requires_permission(action = "double")]
    async fn double(&self, amount: u64) -> Result<u64, Denial> {
        self.buy(2 * amount).await
    }
}

fn main() {}
