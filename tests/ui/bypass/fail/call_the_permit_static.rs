// attempt: claim that the permit lives for ever
// stopped by: E0716

use failclosed::{Action, Denial, Permit, requires_permission};

#[derive(Action)]
#[action(name = "purchase")]
struct Purchase;

#[requires_permission(action = Purchase)]
async fn buy(#[permit] permit: Permit<'static, Purchase>) -> Result<(), Denial> {
    drop(permit);
    Ok(())
}

fn main() {}
