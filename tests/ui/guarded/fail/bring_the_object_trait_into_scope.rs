// attempt: call the object's methods on the raw value, in the trait's own module
// stopped by: E0603

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

pub async fn buy(guard: &Guard) -> Result<u64, Denial> {
    let payments = guard.wrap(Stripe);
    { use payments::__failclosed::__Object as _; payments.charge(742).await }
}

fn main() {}
