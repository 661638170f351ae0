// attempt: call the constructor of the permit
// stopped by: E0624

use failclosed::{Action, Permit};

#[derive(Action)]
#[action(name = "purchase")]
struct Purchase;

fn forge<'a>(given: Permit<'a, Purchase>) -> Permit<'a, Purchase> {
    Permit::lend(&Purchase)
}

fn main() {}
