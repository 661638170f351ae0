// attempt: make an object of the raw value by a coercion, and call it with another guard
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

type Object = <dyn payments::Raw as failclosed::__private_0_1_0::Surface>::Object;

pub async fn buy(guard: &Guard) -> Result<u64, Denial> {
    let object: &Object = &Stripe;
    { let _ = object.currency(); object.__failclosed_checked_charge(guard, 742).await }
}

fn main() {}
