// attempt: turn an action into a permit for it
// stopped by: E0277

use failclosed::{Action, Permit};

#[derive(Action)]
#[action(name = "purchase")]
struct Purchase;

fn forge<'a>(given: Permit<'a, Purchase>) -> Permit<'a, Purchase> {
    (&Purchase).into()
}

fn main() {}
