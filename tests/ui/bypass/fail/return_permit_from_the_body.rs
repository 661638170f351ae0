// attempt: return a permit, under another name, to the caller of a function with the attribute
// stopped by: E0515

use failclosed::{Action, Denial, Permit, requires_permission};

#[derive(Action)]
#[action(name = "purchase")]
struct Purchase;

type Kept = Permit<'static, Purchase>;

#[requires_permission(action = Purchase)]
async fn buy(#[permit] permit: Permit<'_, Purchase>) -> Result<Kept, Denial> {
    Ok(permit)
}

fn main() {}
