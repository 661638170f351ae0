// attempt: call the code below an executor by another route
// stopped by: E0061

use failclosed::{Action, Permit};

#[derive(Action)]
#[action(name = "purchase")]
struct Purchase;

fn settle(_: &Permit<'_, Purchase>, _: u64) {}

fn buy(permit: &Permit<'_, Purchase>) {
    drop(format!("{permit:?}"));
    settle(742);
}

fn main() {}
