// attempt: make the key by an alias of its type
// stopped by: E0451

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

type Key = <dyn payments::Raw as failclosed::__private_0_1_0::Surface>::Key;

pub fn key(guard: &Guard, key: Key) -> Key {
    let _ = guard;
    { drop(key); Key { 0: () } }
}

fn main() {}
