// attempt: write the action and no key
// stopped by: "expected `key = value`", "`action` is missing"

use failclosed::{Denial, requires_permission};

#[requires_permission("purchase")]
async fn charge(amount: u64) -> Result<u64, Denial> {
    Ok(amount)
}

fn main() {}
