// attempt: ask for a permit and act without it
// stopped by: "a permit that opens nothing was asked for in vain"

#![deny(unused_must_use)]

use failclosed::{Action, Permit};

#[derive(Action)]
#[action(name = "purchase")]
struct Purchase;

fn pass<'a>(permit: Permit<'a, Purchase>) -> Permit<'a, Purchase> {
    permit
}

fn buy(permit: Permit<'_, Purchase>) {
    pass(permit);
}

fn main() {}
