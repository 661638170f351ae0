// attempt: write a key and no value
// stopped by: "`action` has no value"

use failclosed::{Denial, requires_permission};

#[requires_permission(action)]
async fn charge(amount: u64) -> Result<u64, Denial> {
    Ok(amount)
}

fn main() {}
