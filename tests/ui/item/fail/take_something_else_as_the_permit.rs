// attempt: take the action where the permit is lent
// stopped by: E0277 "the question is about `Purchase`, and `Purchase` is no permit for that"

use failclosed::{Action, Denial, Permit, requires_permission};

#[derive(Action)]
#[action(name = "purchase")]
struct Purchase;

fn settle(_: &Permit<'_, Purchase>) {}

#[requires_permission(action = Purchase)]
async fn charge(#[permit] permit: Purchase) -> Result<(), Denial> {
    let _ = (permit, settle);
    Ok(println!())
}

fn main() {}
