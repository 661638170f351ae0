// attempt: have 1 allowed, and charge 99999
// stopped by: E0594

use failclosed::{Action, Permit};

#[derive(Action)]
#[action(name = "purchase")]
struct Purchase {
    amount: u64,
}

fn charge(permit: Permit<'_, Purchase>) -> u64 {
    permit.amount = 99_999;
    permit.amount
}

fn main() {}
