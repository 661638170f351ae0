// attempt: clone a permit whose action can be cloned
// stopped by: E0308

use failclosed::{Action, Permit};

#[derive(Action, Clone)]
#[action(name = "purchase")]
struct Purchase;

fn keep(given: &Permit<'_, Purchase>) {
    let kept: Permit<'_, Purchase> = given.clone();
    drop(kept);
}

fn main() {}
