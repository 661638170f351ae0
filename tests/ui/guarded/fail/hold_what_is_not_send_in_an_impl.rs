// attempt: hold what is not `Send` over an await, in a guarded body
// stopped by: "future cannot be sent between threads safely"

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

pub struct Adyen;

#[guarded]
impl Payments for Adyen {
    async fn charge(&self, amount: u64) -> Result<u64, Denial> {
        let shared = std::rc::Rc::new(amount);
        std::future::ready(()).await;
        Ok(*shared)
    }

    fn currency(&self) -> &'static str {
        "EUR"
    }
}

pub fn wrapped(guard: &Guard) -> impl Payments {
    guard.wrap(Adyen)
}

fn main() {}
