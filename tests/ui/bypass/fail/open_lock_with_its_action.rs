// attempt: open a lock with the action instead of the permit for it
// stopped by: E0308

use failclosed::{Action, Locked, Permit};

#[derive(Action)]
#[action(name = "purchase")]
struct Purchase;

struct Stripe {
    key: String,
}

fn charge(stripe: &Locked<Stripe, Purchase>, permit: &Permit<'_, Purchase>) {
    drop(format!("{permit:?}"));
    drop(stripe.open(&Purchase).key.clone());
}

fn main() {}
