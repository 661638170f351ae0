// attempt: make two permits out of one
// stopped by: E0277

use failclosed::{Action, Permit};

#[derive(Action)]
#[action(name = "purchase")]
struct Purchase;

fn keep<'a>(given: &Permit<'a, Purchase>) {
    drop(Permit::clone(given));
}

fn main() {}
