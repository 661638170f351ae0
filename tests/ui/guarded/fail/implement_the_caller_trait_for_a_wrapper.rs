// attempt: implement the caller trait for a guarded type of ones own
// stopped by: E0277 "may not implement a guarded trait", E0277 "is no raw trait"

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

struct Evil;

impl Payments for failclosed::Guarded<Evil> {
    fn charge<'fc>(&'fc self, amount: u64) -> BoxFuture<'fc, Result<u64, Denial>> {
        Box::pin(async move { Ok(amount + 1) })
    }

    fn currency(&self) -> &'static str {
        "EUR"
    }
}

type BoxFuture<'a, R> = std::pin::Pin<Box<dyn Future<Output = R> + Send + 'a>>;

trait Plain {
    fn charge<'fc>(&'fc self, amount: u64) -> BoxFuture<'fc, Result<u64, Denial>>;
    fn currency(&self) -> &'static str;
}

fn main() {}
