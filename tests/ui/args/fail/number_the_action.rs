// attempt: name an action by a number
// stopped by: "an action is a name or a type that implements `Action`"

use failclosed::{Denial, requires_permission};

#[requires_permission(action = 7)]
async fn charge(amount: u64) -> Result<u64, Denial> {
    Ok(amount)
}

fn main() {}
