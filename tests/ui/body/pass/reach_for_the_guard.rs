use failclosed::{Denial, requires_permission};

#[requires_permission(action = "purchase")]
async fn charge(amount: u64) -> Result<u64, Denial> {
    assert!(amount > 0);
    Ok(amount)
}

fn main() {}
