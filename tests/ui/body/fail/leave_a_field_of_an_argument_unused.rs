// attempt: show a part of an argument to the authority and ignore it
// stopped by: "unused variable: `amount`"

#![deny(unused_variables)]

use failclosed::{Denial, requires_permission};

#[requires_permission(action = "purchase")]
async fn charge((vendor, amount): (&str, u64)) -> Result<u64, Denial> {
    Ok(vendor.len() as u64)
}

fn main() {}
