#![forbid(unsafe_code)]

use failclosed::{Action, Permit};

#[derive(Action)]
#[action(name = "purchase")]
struct Purchase;

fn keep(given: Permit<'_, Purchase>) {
    let kept: Permit<'_, Purchase> = given;
    drop(kept);
}

fn main() {}
