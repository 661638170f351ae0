// attempt: make a permit out of nothing
// stopped by: E0277

use failclosed::{Action, Permit};

#[derive(Action)]
#[action(name = "purchase")]
struct Purchase;

fn forge<'a>(given: Permit<'a, Purchase>) -> Permit<'a, Purchase> {
    Default::default()
}

fn main() {}
