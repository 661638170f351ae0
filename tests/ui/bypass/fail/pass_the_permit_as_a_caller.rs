// attempt: call an executor with a permit of the caller's own
// stopped by: E0061

use failclosed::{Action, Denial, Permit, requires_permission};

#[derive(Action)]
#[action(name = "purchase")]
struct Purchase;

#[requires_permission(action = Purchase)]
async fn buy(#[permit] permit: Permit<'_, Purchase>, amount: u64) -> Result<u64, Denial> {
    drop(permit);
    Ok(amount)
}

async fn attack(permit: Permit<'_, Purchase>) -> Result<u64, Denial> {
    buy(permit, 742).await
}

fn main() {}
