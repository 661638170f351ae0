// attempt: account for a single function
// stopped by: "`#[guarded]` stands on a trait, an `impl` block"

use failclosed::{Denial, guarded};

#[guarded]
pub async fn charge(amount: u64) -> Result<u64, Denial> {
    Ok(amount)
}

#[guarded]
pub trait Payments {}

fn main() {}
