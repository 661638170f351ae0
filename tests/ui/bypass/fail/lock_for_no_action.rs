// attempt: lock a client for a type that nothing can permit
// stopped by: E0277 "is not an action"

use failclosed::{Action, Locked};

#[derive(Action)]
#[action(name = "purchase")]
struct Purchase;

struct Stripe {
    key: String,
}

struct Anything;

fn lock(stripe: Stripe) -> Locked<Stripe, Anything> {
    Locked::new(stripe)
}

fn main() {}
