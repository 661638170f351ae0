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
type Before<'g> = failclosed::__private_0_1_0::Before<'g, dyn payments::Raw>;

pub async fn buy<'g>(object: &'g Object, guard: &'g Guard, before: Before<'g>) -> Result<u64, Denial> {
    let before = { let _ = guard; before };
    object.__failclosed_checked_charge(before, 742).await
}

fn main() {}
