// attempt: open a lock with the permit for another action
// stopped by: E0277

use failclosed::{Action, Locked, Permit};

#[derive(Action)]
#[action(name = "purchase")]
struct Purchase;

struct Stripe {
    key: String,
}

#[derive(Action)]
#[action(name = "refund")]
struct Refund;

fn charge(stripe: &Locked<Stripe, Purchase>, permit: &Permit<'_, Refund>) {
    drop(stripe.open(permit).key.clone());
}

fn main() {}
