// attempt: turn a lock into the value in it
// stopped by: E0599

use failclosed::{Action, Locked, Permit};

#[derive(Action)]
#[action(name = "purchase")]
struct Purchase;

struct Stripe {
    key: String,
}

fn charge(stripe: &mut Locked<Stripe, Purchase>, permit: &Permit<'_, Purchase>) {
    drop(format!("{permit:?}"));
    drop(stripe.get_mut().key.clone());
}

fn main() {}
