// attempt: reach the raw value through the hidden API, in the trait's own module
// stopped by: E0603

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

fn open(guarded: &failclosed::Guarded<dyn payments::Raw>) {
    use failclosed::__private_0_1_0::OnlyGuarded;
    drop(OnlyGuarded::__failclosed_behind(guarded, payments::__failclosed::__Key(())));
}

fn main() {}
