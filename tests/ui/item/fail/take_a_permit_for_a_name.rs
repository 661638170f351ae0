// attempt: take a permit for an action that is only a name
// stopped by: "a permit is for an action with a type, and this action is only a name"

use failclosed::{Action, Denial, requires_permission};

#[derive(Action)]
#[action(name = "purchase")]
struct Purchase;

#[requires_permission(action = "purchase")]
async fn charge(#[permit] permit: failclosed::Permit<'_, Purchase>) -> Result<(), Denial> {
    drop(permit);
    Ok(println!())
}

fn main() {}
