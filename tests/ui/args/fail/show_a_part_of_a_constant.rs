// attempt: show whether a constant is large, and not the constant
// stopped by: "is shown only in part"

use failclosed::{Denial, requires_permission};

#[requires_permission(action = "pay", args(large = (CENTS > 10_000)))]
async fn pay<const CENTS: u64>() -> Result<u64, Denial> {
    Ok(CENTS)
}

fn main() {}
