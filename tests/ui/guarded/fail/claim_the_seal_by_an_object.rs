// attempt: implement the caller trait for an object type that has the seal as a supertrait
// stopped by: E0119

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

pub trait Claims: failclosed::__private_0_1_0::OnlyGuarded<dyn payments::Raw> {}

impl Payments for dyn Claims {
    fn charge<'fc>(&'fc self, amount: u64) -> BoxFuture<'fc, Result<u64, Denial>> {
        Box::pin(async move { Ok(amount + 1) })
    }

    fn currency(&self) -> &'static str {
        "EUR"
    }
}

type BoxFuture<'a, R> = std::pin::Pin<Box<dyn Future<Output = R> + Send + 'a>>;

pub trait Plain {
    fn charge<'fc>(&'fc self, amount: u64) -> BoxFuture<'fc, Result<u64, Denial>>;
    fn currency(&self) -> &'static str;
}

fn main() {}
