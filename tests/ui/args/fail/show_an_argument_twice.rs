// attempt: give one name two values
// stopped by: "the argument `price` would be shown twice"

use failclosed::{Denial, requires_permission};

#[requires_permission(action = "purchase", args(price = 1, price = amount))]
async fn charge(amount: u64) -> Result<u64, Denial> {
    Ok(amount)
}

fn main() {}
