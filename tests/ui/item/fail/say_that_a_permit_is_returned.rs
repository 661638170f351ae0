// attempt: return a permit to the caller
// stopped by: "a permit is lent to one call, so it cannot be returned"

use failclosed::{Action, Denial, Permit, requires_permission};

#[derive(Action)]
#[action(name = "purchase")]
struct Purchase;

#[requires_permission(action = Purchase)]
async fn buy(#[permit] permit: Permit<'_, Purchase>) -> Result<Option<Permit<'static, Purchase>>, Denial> {
    Ok(Some(permit))
}

fn main() {}
