// attempt: take a permit and use it for nothing
// stopped by: "unused variable: `permit`"

#![deny(unused_variables)]

use failclosed::{Action, Denial, Permit, requires_permission};

#[derive(Action)]
#[action(name = "purchase")]
struct Purchase;

fn settle(_: &Permit<'_, Purchase>) {}

#[requires_permission(action = Purchase)]
async fn charge(#[permit] permit: Permit<'_, Purchase>) -> Result<(), Denial> {
    let _ = settle;
    Ok(())
}

fn main() {}
