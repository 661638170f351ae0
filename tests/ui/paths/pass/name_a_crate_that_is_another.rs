#[failclosed::requires_permission(
    action = "purchase",
    crate = ::failclosed,
)]
async fn charge(amount: u64) -> Result<u64, failclosed::Denial> {
    Ok(amount)
}

fn main() {}
