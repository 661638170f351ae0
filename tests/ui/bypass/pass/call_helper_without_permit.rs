use failclosed::{Action, Permit};

#[derive(Action)]
#[action(name = "purchase")]
struct Purchase;

fn settle(_: &Permit<'_, Purchase>, _: u64) {}

fn buy(permit: &Permit<'_, Purchase>) {
    drop(format!("{permit:?}"));
    settle(permit, 742);
}

fn main() {}
