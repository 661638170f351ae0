#![deny(unused_must_use)]

use failclosed::{Denial, requires_permission};

#[requires_permission(action = "purchase")]
async fn charge(amount: &str) -> Result<(), Denial> {
    drop(amount.parse::<u64>());
    Ok(())
}

fn main() {}
