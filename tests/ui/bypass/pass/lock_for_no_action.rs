use failclosed::{Action, Locked};

#[derive(Action)]
#[action(name = "purchase")]
struct Purchase;

struct Stripe {
    key: String,
}

use Purchase as Anything;

fn lock(stripe: Stripe) -> Locked<Stripe, Anything> {
    Locked::new(stripe)
}

fn main() {}
