use failclosed::{Action, Permit};

#[derive(Action)]
#[action(name = "purchase")]
struct Purchase {
    amount: u64,
}

fn charge<'a>(mut permit: Permit<'a, Purchase>, other: Permit<'a, Purchase>) -> u64 {
    assert_ne!(permit.amount, 0);
    permit = other;
    permit.amount
}

fn main() {}
