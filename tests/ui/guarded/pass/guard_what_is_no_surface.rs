use failclosed::{Denial, guarded};

pub struct Shop;

#[failclosed::requires_permission(action = "purchase")]
pub async fn charge(amount: u64) -> Result<u64, Denial> {
    Ok(amount)
}

#[guarded]
pub trait Payments {}

fn main() {}
