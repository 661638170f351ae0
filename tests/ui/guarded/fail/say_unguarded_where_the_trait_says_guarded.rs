// attempt: say of a guarded method that it is unguarded, where it is implemented
// stopped by: E0407, E0046

use failclosed::{Action, Denial, guarded};

#[derive(Action)]
#[action(name = "purchase")]
pub struct Purchase;

#[guarded]
pub trait Payments {
    #[requires_permission(action = Purchase)]
    async fn charge(&self, amount: u64, vendor: u64) -> Result<u64, Denial>;

    #[unguarded(reason = "reads no account")]
    fn currency(&self) -> &'static str;
}

pub struct Stripe;

#[guarded]
impl Payments for Stripe {
    async fn charge(&self, amount: u64, vendor: u64) -> Result<u64, Denial> {
        Ok(amount + vendor)
    }

    fn currency(&self) -> &'static str {
        "EUR"
    }
}

pub struct Desk;

#[guarded]
impl Payments for Desk {
    #[unguarded]
    async fn charge(&self, amount: u64, vendor: u64) -> Result<u64, Denial> {
        Ok(amount + vendor)
    }

    fn currency(&self) -> &'static str {
        "EUR"
    }
}

fn main() {}
