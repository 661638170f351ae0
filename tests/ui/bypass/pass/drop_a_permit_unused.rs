#![deny(unused_must_use)]

use failclosed::{Action, Permit};

#[derive(Action)]
#[action(name = "purchase")]
struct Purchase;

fn pass<'a>(permit: Permit<'a, Purchase>) -> Permit<'a, Purchase> {
    permit
}

fn buy(permit: Permit<'_, Purchase>) {
    drop(pass(permit));
}

fn main() {}
