#![deny(unused_mut)]

use failclosed::{Denial, requires_permission};

#[requires_permission(action = "purchase")]
async fn charge(mut amount: u64) -> Result<u64, Denial> {
    amount += 1;
    Ok(amount)
}

fn main() {}
