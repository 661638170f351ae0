// attempt: guard a check, and not what it is for
// stopped by: "this body does nothing"

use failclosed::{Denial, requires_permission};

#[requires_permission(action = "purchase")]
pub async fn may_charge(amount: u64) -> Result<u64, Denial> {
    Ok(0)
}

fn main() {}
