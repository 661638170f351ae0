// attempt: limit a permit with an option that nobody reads
// stopped by: "takes no options"

use failclosed::{Action, Denial, requires_permission};

#[derive(Action)]
#[action(name = "purchase")]
struct Purchase;

#[requires_permission(action = Purchase)]
async fn charge(#[permit(max = 500)] _permit: failclosed::Permit<'_, Purchase>) -> Result<(), Denial> {
    Ok(println!())
}

fn main() {
    drop(charge());
}
