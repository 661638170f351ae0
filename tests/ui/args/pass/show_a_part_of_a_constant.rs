use failclosed::{Denial, requires_permission};

#[requires_permission(action = "pay", args(large = (CENTS > 10_000), cents = CENTS))]
async fn pay<const CENTS: u64>() -> Result<u64, Denial> {
    Ok(CENTS)
}

fn main() {}
