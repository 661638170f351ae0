// attempt: move a permit to another task, from a function with the attribute
// stopped by: E0716

use failclosed::{Action, Denial, Permit, requires_permission};

#[derive(Action)]
#[action(name = "purchase")]
struct Purchase;

async fn settle(_: &Permit<'_, Purchase>) {}

#[requires_permission(action = Purchase)]
async fn buy(#[permit] permit: Permit<'_, Purchase>) -> Result<(), Denial> {
    tokio::spawn(async move { settle(&permit).await });
    Ok(())
}

fn main() {}
