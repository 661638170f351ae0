use failclosed::{Denial, requires_permission};

#[requires_permission(action = "purchase")]
pub async fn may_charge(amount: u64) -> Result<u64, Denial> {
    Ok(amount)
}

fn main() {}
