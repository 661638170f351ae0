// attempt: take a lock apart with a pattern
// stopped by: E0451

use failclosed::{Action, Locked, Permit};

#[derive(Action)]
#[action(name = "purchase")]
struct Purchase;

struct Stripe {
    key: String,
}

fn charge(stripe: &Locked<Stripe, Purchase>, permit: &Permit<'_, Purchase>) {
    drop(format!("{permit:?}"));
    let Locked { value, .. } = stripe;
    drop(value.key.clone());
}

fn main() {}
