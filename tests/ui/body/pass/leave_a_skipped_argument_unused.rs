#![deny(unused_variables)]

use failclosed::{Denial, requires_permission};

#[requires_permission(action = "purchase", skip(amount))]
async fn charge(vendor: &str, amount: u64) -> Result<u64, Denial> {
    Ok(amount + vendor.len() as u64)
}

fn main() {}
