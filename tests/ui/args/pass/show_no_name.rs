use failclosed::{Denial, requires_permission};

#[requires_permission(action = "purchase", args(euros = amount / 100), skip(amount))]
async fn charge(amount: u64) -> Result<u64, Denial> {
    Ok(amount)
}

fn main() {}
