use failclosed::{Action, Denial, Permit, guarded};

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

#[derive(Action)]
#[action(name = "refund")]
pub struct Refund;

pub struct Desk;

#[guarded]
impl Payments for Desk {
    async fn charge(
        &self,
        #[permit] permit: Permit<'_, Purchase>,
        amount: u64,
    ) -> Result<u64, Denial> {
        let _ = permit;
        Ok(amount)
    }

    fn currency(&self) -> &'static str {
        "EUR"
    }
}

fn main() {}
