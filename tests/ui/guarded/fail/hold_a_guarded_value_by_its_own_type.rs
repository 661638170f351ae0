// attempt: hold a guarded value as what it was before
// stopped by: E0277 "is no raw trait"

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

pub struct Shop {
    pub payments: failclosed::Guarded<Stripe>,
}

fn main() {}
