// attempt: ask for a purchase and take a permit for a refund
// stopped by: E0277 "the question is about `Purchase`, and `Permit<'_, Refund>` is no permit for that"

use failclosed::{Action, Denial, Permit, requires_permission};

#[derive(Action)]
#[action(name = "purchase")]
struct Purchase;

#[derive(Action)]
#[action(name = "refund")]
struct Refund;

#[requires_permission(action = Purchase)]
async fn refund(#[permit] permit: Permit<'_, Refund>) -> Result<(), Denial> {
    drop(permit);
    Ok(())
}

fn main() {}
