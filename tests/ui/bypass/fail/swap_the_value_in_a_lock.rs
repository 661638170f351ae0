// attempt: open a shared lock for writing
// stopped by: E0596

use failclosed::{Action, Locked, Permit};

#[derive(Action)]
#[action(name = "purchase")]
struct Purchase;

struct Stripe {
    key: String,
}

fn replace(stripe: &Locked<Stripe, Purchase>, permit: &Permit<'_, Purchase>) {
    stripe.open_mut(permit).key.clear();
}

fn main() {}
