// attempt: make a permit for one action from the fields of another permit
// stopped by: E0451

use failclosed::{Action, Permit};

#[derive(Action)]
#[action(name = "purchase")]
struct Purchase;

fn forge<'a>(given: Permit<'a, Purchase>) -> Permit<'a, Purchase> {
    Permit { ..given }
}

fn main() {}
