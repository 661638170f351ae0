// attempt: refund with a permit for a purchase
// stopped by: E0308

use failclosed::{Action, Permit};

#[derive(Action)]
#[action(name = "purchase")]
struct Purchase;

#[derive(Action)]
#[action(name = "refund")]
struct Refund;

fn refund(_: &Permit<'_, Refund>) {}

fn buy(permit: &Permit<'_, Purchase>) {
    refund(permit);
}

fn main() {}
