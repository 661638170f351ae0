// attempt: switch the check off with a key
// stopped by: "unknown key `optional`"

use failclosed::{Denial, requires_permission};

#[requires_permission(action = "purchase", optional = true)]
async fn charge(amount: u64) -> Result<u64, Denial> {
    Ok(amount)
}

fn main() {}
