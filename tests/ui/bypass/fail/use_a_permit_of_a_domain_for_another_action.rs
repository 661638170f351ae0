// attempt: open a lock of a domain with its permit for another action
// stopped by: E0277 "a permit for `Refund` does not open a lock for `Purchase`"

use failclosed::{Action, Locked, Permit};

#[derive(Action)]
#[action(name = "purchase")]
struct Purchase;

#[derive(Action)]
#[action(name = "refund")]
struct Refund;

struct Payments;

fn charge(stripe: &Locked<String, Purchase, Payments>, permit: &Permit<'_, Refund, Payments>) {
    drop(stripe.open(permit).clone());
}

fn main() {
    drop((Payments, Purchase, Refund));
}
