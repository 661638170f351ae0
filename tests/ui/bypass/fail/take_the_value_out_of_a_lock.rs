// attempt: read the field in which a lock keeps its value
// stopped by: E0616

use failclosed::{Action, Locked, Permit};

#[derive(Action)]
#[action(name = "purchase")]
struct Purchase;

struct Stripe {
    key: String,
}

fn charge(stripe: &Locked<Stripe, Purchase>, permit: &Permit<'_, Purchase>) {
    drop(format!("{permit:?}"));
    drop(stripe.value.key.clone());
}

fn main() {}
