#![deny(unused_variables)]

use failclosed::{Denial, requires_permission};

#[requires_permission(action = "purchase")]
async fn charge((vendor, amount): (&str, u64)) -> Result<u64, Denial> {
    Ok(amount + vendor.len() as u64)
}

fn main() {}
