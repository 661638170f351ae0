// attempt: claim that the permit lives as long as an argument
// stopped by: E0716

use failclosed::{Action, Denial, Permit, requires_permission};

#[derive(Action)]
#[action(name = "purchase")]
struct Purchase;

#[requires_permission(action = Purchase)]
async fn buy<'a>(#[permit] permit: Permit<'a, Purchase>, vendor: &'a str) -> Result<(), Denial> {
    drop((permit, vendor));
    Ok(())
}

fn main() {}
