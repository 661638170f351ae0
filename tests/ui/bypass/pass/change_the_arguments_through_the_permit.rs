use failclosed::{Action, Permit};

#[derive(Action)]
#[action(name = "purchase")]
struct Purchase {
    amount: u64,
}

fn charge(permit: Permit<'_, Purchase>) -> u64 {
    assert_ne!(permit.amount, 99_999);
    permit.amount
}

fn main() {}
