use failclosed::{Denial, requires_permission};

#[requires_permission(action = "purchase")]
async fn charge(amount: u64) -> Result<u64, Denial> {
    Ok(amount)
}

async fn buy() -> Result<u64, Denial> {
    let charged: u64 = charge(742).await?;
    Ok(charged)
}

fn main() {}
