// attempt: call a method of a locked client on its lock
// stopped by: E0599

use failclosed::{Action, Locked, Permit};

#[derive(Action)]
#[action(name = "purchase")]
struct Purchase;

struct Stripe;

impl Stripe {
    fn charge(&self, _: u64) {}
}

fn charge(stripe: &Locked<Stripe, Purchase>, permit: &Permit<'_, Purchase>) {
    drop(format!("{permit:?}"));
    stripe.charge(742);
}

fn main() {}
