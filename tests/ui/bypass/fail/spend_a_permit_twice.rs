// attempt: spend one permit on two purchases
// stopped by: E0382

use failclosed::{Action, Permit};

#[derive(Action)]
#[action(name = "purchase")]
struct Purchase;

fn spend(_: Permit<'_, Purchase>) {}

fn buy(permit: Permit<'_, Purchase>) {
    spend(permit);
    spend(permit);
}

fn main() {}
