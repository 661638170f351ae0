// attempt: let the caller bring the permit
// stopped by: "a permit is lent by the guard, and `permit` would be passed by the caller"

use failclosed::{Action, Denial, Permit, requires_permission};

#[derive(Action)]
#[action(name = "purchase")]
struct Purchase;

#[requires_permission(action = Purchase)]
async fn charge(permit: Permit<'_, Purchase>) -> Result<(), Denial> {
    drop(permit);
    Ok(println!())
}

fn main() {}
