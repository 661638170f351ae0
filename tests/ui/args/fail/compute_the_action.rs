// attempt: let a function choose the action
// stopped by: "an action is a name or a type that implements `Action`"

use failclosed::{Denial, requires_permission};

fn cheapest() -> &'static str {
    "read"
}

#[requires_permission(action = cheapest())]
async fn charge(amount: u64) -> Result<usize, Denial> {
    Ok(cheapest().len() + amount as usize)
}

fn main() {}
