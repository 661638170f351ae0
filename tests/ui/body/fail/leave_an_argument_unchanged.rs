// attempt: take an argument as `mut` and leave it as it is
// stopped by: "variable does not need to be mutable"

#![deny(unused_mut)]

use failclosed::{Denial, requires_permission};

#[requires_permission(action = "purchase")]
async fn charge(mut amount: u64) -> Result<u64, Denial> {
    Ok(amount)
}

fn main() {}
