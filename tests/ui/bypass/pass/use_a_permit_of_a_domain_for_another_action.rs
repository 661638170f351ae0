use failclosed::{Action, Locked, Permit};

#[derive(Action)]
#[action(name = "purchase")]
struct Purchase;

#[derive(Action)]
#[action(name = "refund")]
struct Refund;

struct Payments;

fn charge(stripe: &Locked<String, Purchase, Payments>, permit: &Permit<'_, Purchase, Payments>) {
    drop(stripe.open(permit).clone());
}

fn main() {
    drop((Payments, Purchase, Refund));
}
