// attempt: implement an unguarded method as if it were guarded
// stopped by: E0407, E0425, E0046

use failclosed::{Action, Denial, guarded};

#[derive(Action)]
#[action(name = "purchase")]
pub struct Purchase;

#[guarded]
pub trait Payments {
    #[requires_permission(action = Purchase)]
    async fn charge(&self, amount: u64) -> Result<u64, Denial>;

    #[unguarded(reason = "reads no account")]
    async fn ping(&self) -> u64;
}

pub struct Stripe;

#[guarded]
impl Payments for Stripe {
    async fn charge(&self, amount: u64) -> Result<u64, Denial> {
        Ok(amount)
    }

    #[unguarded]
    async fn ping(&self) -> u64 {
        1
    }
}

pub struct Desk;

#[guarded]
impl Payments for Desk {
    async fn charge(&self, amount: u64) -> Result<u64, Denial> {
        Ok(amount)
    }

    async fn ping(&self) -> u64 {
        1
    }
}

fn main() {}
