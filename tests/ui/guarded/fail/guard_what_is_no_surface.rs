// attempt: account for what has no functions
// stopped by: "`#[guarded]` stands on a trait, an `impl` block"

use failclosed::{Denial, guarded};

#[guarded]
pub struct Shop;

#[failclosed::requires_permission(action = "purchase")]
pub async fn charge(amount: u64) -> Result<u64, Denial> {
    Ok(amount)
}

#[guarded]
pub trait Payments {}

fn main() {}
