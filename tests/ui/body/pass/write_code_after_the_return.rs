#![deny(unreachable_code)]

use failclosed::{Denial, requires_permission};

#[requires_permission(action = "purchase")]
async fn charge(amount: u64) -> Result<u64, Denial> {
    drop(Ok::<u64, Denial>(amount));
    Ok(amount)
}

fn main() {}
