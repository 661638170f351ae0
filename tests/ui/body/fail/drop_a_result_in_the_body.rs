// attempt: ignore a result in the body
// stopped by: "unused `Result` that must be used"

#![deny(unused_must_use)]

use failclosed::{Denial, requires_permission};

#[requires_permission(action = "purchase")]
async fn charge(amount: &str) -> Result<(), Denial> {
    amount.parse::<u64>();
    Ok(())
}

fn main() {}
