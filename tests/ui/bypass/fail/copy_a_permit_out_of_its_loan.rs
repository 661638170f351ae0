// attempt: take a permit out of the reference a helper was given
// stopped by: E0507

use failclosed::{Action, Permit};

#[derive(Action)]
#[action(name = "purchase")]
struct Purchase;

fn keep<'a>(given: &'a Permit<'a, Purchase>) {
    let kept = *given;
    let _ = kept;
}

fn main() {}
