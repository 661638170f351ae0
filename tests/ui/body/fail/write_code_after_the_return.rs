// attempt: write code that is never reached
// stopped by: "unreachable expression"

#![deny(unreachable_code)]

use failclosed::{Denial, requires_permission};

#[requires_permission(action = "purchase")]
async fn charge(amount: u64) -> Result<u64, Denial> {
    return Ok(amount);
    Ok(amount)
}

fn main() {}
