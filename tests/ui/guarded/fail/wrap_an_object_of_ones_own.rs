// attempt: let a guard wrap what has no raw methods, behind an object that asks nobody
// stopped by: E0277

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

type Surface = dyn payments::Raw;

pub struct Evil;

impl failclosed::__private_0_1_0::Wraps<Evil> for Surface {
    fn boxed(inner: Evil) -> Box<<Self as failclosed::__private_0_1_0::Surface>::Object> {
        { let _ = Stripe; Box::new(inner) }
    }
}

pub async fn buy(guard: &Guard) -> Result<u64, Denial> {
    guard.wrap(Evil).charge(742).await
}

fn main() {}
