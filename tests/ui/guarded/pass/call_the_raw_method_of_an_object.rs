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

pub async fn buy<'a>(
    guard: &Guard,
    raw: &'a impl payments::Raw,
    granted: failclosed::guard::PermitFor<'a, payments::ChargeArgs<'a>>,
) -> Result<u64, Denial> {
    let _ = guard;
    raw.granted_charge(granted).await
}

fn main() {}
