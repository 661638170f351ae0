// attempt: keep a permit in an argument that outlives the call, from a function with the attribute
// stopped by: E0716

use failclosed::{Action, Denial, Permit, requires_permission};

#[derive(Action)]
#[action(name = "purchase")]
struct Purchase;

struct Till<'a> {
    permit: Option<Permit<'a, Purchase>>,
}

#[requires_permission(action = Purchase, skip(till))]
async fn buy(
    #[permit] permit: Permit<'_, Purchase>,
    till: &mut Till<'_>,
) -> Result<(), Denial> {
    till.permit = Some(permit);
    Ok(())
}

fn main() {}
