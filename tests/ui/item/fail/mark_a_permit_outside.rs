// attempt: mark a permit in a function that is not guarded
// stopped by: "cannot find attribute `permit` in this scope"

use failclosed::{Action, Denial, Permit, requires_permission};

#[derive(Action)]
#[action(name = "purchase")]
struct Purchase;

async fn charge(#[permit] permit: Permit<'_, Purchase>) -> Result<(), Denial> {
    drop(permit);
    Ok(println!())
}

#[requires_permission(action = Purchase)]
async fn other() -> Result<(), Denial> {
    Ok(println!())
}

fn main() {}
