// attempt: look through a lock as through a pointer
// stopped by: E0614

use failclosed::{Action, Locked, Permit};

#[derive(Action)]
#[action(name = "purchase")]
struct Purchase;

struct Stripe {
    key: String,
}

fn charge(stripe: &Locked<Stripe, Purchase>, permit: &Permit<'_, Purchase>) {
    drop(format!("{permit:?}"));
    let stripe: &Stripe = &**stripe;
    drop(stripe.key.clone());
}

fn main() {}
