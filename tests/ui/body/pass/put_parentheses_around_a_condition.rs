#![deny(unused_parens)]

use failclosed::{Denial, requires_permission};

#[requires_permission(action = "purchase")]
async fn charge(amount: u64) -> Result<u64, Denial> {
    if amount > 7 {
        return Ok(7);
    }
    Ok(amount)
}

fn main() {}
