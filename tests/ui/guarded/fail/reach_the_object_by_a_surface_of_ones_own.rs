// attempt: reach the object through a surface whose key is anybody's
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

use failclosed::{
    Guarded,
    __private_0_1_0::{OnlyGuarded, Surface, Wraps},
};

pub struct Mine;

impl Surface for Mine {
    type Key = ();
    type Object = <dyn payments::Raw as Surface>::Object;
}

impl Wraps<Stripe> for Mine {
    fn boxed(inner: Stripe) -> Box<Self::Object> {
        Box::new(inner)
    }
}

pub async fn buy(guard: &Guard) -> Result<u64, Denial> {
    let mine: Guarded<Mine> = guard.wrap(Stripe);
    let (before, object) = OnlyGuarded::__failclosed_behind(&mine, ());
    { let _ = object.currency(); object.__failclosed_checked_charge(before, 742).await }
}

fn main() {}
