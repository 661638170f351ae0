// attempt: call the raw method with the arguments and no permit
// stopped by: E0308

use failclosed::{Action, Denial, Guard, guarded};

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

async fn buy(guard: &Guard) -> Result<u64, Denial> {
    let stripe = guard.wrap(Stripe);
    payments::Raw::granted_charge(&Stripe, { let _ = stripe; 742 }).await
}

fn main() {}
