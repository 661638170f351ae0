// attempt: pass an argument that the authority cannot be shown
// stopped by: E0277 "cannot be shown to the authority"

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

pub struct Card;

#[guarded]
pub trait Shop {
    #[requires_permission(action = "buy")]
    async fn buy(&self, card: &Card) -> Result<u64, Denial>;
}

fn main() {}
