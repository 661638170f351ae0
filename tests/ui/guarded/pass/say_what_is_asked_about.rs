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

pub struct Mine;

impl private::Carried for Mine {
    type Action = Purchase;
    type Parts = (u64,);
    type Of = ();

    const ACTION: &'static Purchase = &Purchase;

    fn show(&self, _: &(), _: &mut private::Question<'_>) {}

    fn into_parts(self) -> (u64,) {
        (1,)
    }
}

use failclosed::__private_0_1_0 as private;

fn main() {}
