// attempt: take two permits for one call
// stopped by: "there is one permit for one call"

use failclosed::{Action, Denial, requires_permission};

#[derive(Action)]
#[action(name = "purchase")]
struct Purchase;

#[requires_permission(action = Purchase)]
async fn charge(
    #[permit] permit: failclosed::Permit<'_, Purchase>,
    #[permit] second: failclosed::Permit<'_, Purchase>,
) -> Result<(), Denial> {
    drop(second);
    drop(permit);
    Ok(println!())
}

fn main() {}
