// attempt: write a permit to a wire
// stopped by: E0277

use failclosed::{Action, Permit};

#[derive(Action)]
#[action(name = "purchase")]
struct Purchase;

fn write(_: &impl serde::Serialize) {}

fn save(given: Permit<'_, Purchase>) {
    write(&given);
}

fn main() {}
