// attempt: ask for permission for nothing
// stopped by: "the action's name is blank"

use failclosed::{Denial, requires_permission};

#[requires_permission(action = " ")]
async fn charge(amount: u64) -> Result<u64, Denial> {
    Ok(amount)
}

fn main() {}
