use failclosed::{Denial, requires_permission};

#[requires_permission(action = "purchase")]
async fn charge(amount: &str) -> Result<u64, Denial> {
    let amount = amount.parse::<u64>().unwrap_or(0);
    Ok(amount)
}

fn main() {}
