use failclosed::{Action, Permit};

#[derive(Action)]
#[action(name = "purchase")]
struct Purchase;

#[derive(Action)]
#[action(name = "refund")]
struct Refund;

fn refund(_: &Permit<'_, Refund>) {}

fn buy(permit: &Permit<'_, Refund>) {
    refund(permit);
}

fn main() {}
