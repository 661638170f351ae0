#![deny(unused_must_use)]

use failclosed::{Denial, requires_permission};

#[requires_permission(action = "purchase")]
async fn charge(amount: u64) -> Result<u64, Denial> {
    Ok(amount)
}

async fn buy() -> Result<(), Denial> {
    charge(742).await?;
    Ok(())
}

fn main() {}
