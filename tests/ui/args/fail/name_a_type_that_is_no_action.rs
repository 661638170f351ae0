// attempt: name a type as the action that has no name for an authority
// stopped by: E0277 "is not an action", E0277 "is not an action"

use failclosed::{Denial, requires_permission};

struct Purchase;

#[requires_permission(action = Purchase)]
async fn charge(amount: u64) -> Result<u64, Denial> {
    Ok(amount)
}

mod prepared {
    #[derive(failclosed::Action)]
    #[action(name = "purchase")]
    pub struct Purchase;
}

fn main() {}
