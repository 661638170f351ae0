// attempt: put other arguments into a permit
// stopped by: E0616

use failclosed::{Action, Permit};

#[derive(Action)]
#[action(name = "purchase")]
struct Purchase {
    amount: u64,
}

fn charge<'a>(mut permit: Permit<'a, Purchase>, other: &'a Purchase) -> u64 {
    permit.action = other;
    permit.amount
}

fn main() {}
