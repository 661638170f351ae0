// attempt: ask once and be granted twice
// stopped by: E0382

use failclosed::{__private_0_1_0::Offer, Action, Denial, Guard, guarded};

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

async fn ask(
    guard: &Guard,
    stripe: &Stripe,
    arguments: payments::ChargeArgs<'_>,
) -> Result<u64, Denial> {
    drop(Offer::enter(guard, arguments, stripe, Err, Result::is_err).await);
    Offer::enter(guard, arguments, stripe, Err, Result::is_err).await
}

fn main() {}
