// attempt: let something else stand in for the guard
// stopped by: E0277 "has no guard"

use failclosed::{Denial, requires_permission};

#[requires_permission(action = "purchase", guard = true)]
async fn charge(amount: u64) -> Result<u64, Denial> {
    Ok(amount)
}

fn main() {}
