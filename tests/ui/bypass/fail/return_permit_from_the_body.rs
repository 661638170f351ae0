// attempt: return a permit to the caller of a function with the attribute
// stopped by: E0515

use failclosed::{Action, Denial, Permit, requires_permission};

#[derive(Action)]
#[action(name = "purchase")]
struct Purchase;

#[requires_permission(action = Purchase)]
async fn buy(#[permit] permit: Permit<'_, Purchase>) -> Result<Permit<'static, Purchase>, Denial> {
    Ok(permit)
}

fn main() {}
