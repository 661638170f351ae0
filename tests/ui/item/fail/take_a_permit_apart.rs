// attempt: take a permit by a pattern
// stopped by: "a permit is taken by name"

use failclosed::{Action, Denial, requires_permission};

#[derive(Action)]
#[action(name = "purchase")]
struct Purchase;

#[requires_permission(action = Purchase)]
async fn charge(
    #[permit] failclosed::Permit { .. }: failclosed::Permit<'_, Purchase>,
) -> Result<(), Denial> {
    Ok(println!())
}

fn main() {}
