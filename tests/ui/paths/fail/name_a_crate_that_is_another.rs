// attempt: let another crate check in the place of this one
// stopped by: E0432, E0433

#[failclosed::requires_permission(
    action = "purchase",
    crate = ::std,
)]
async fn charge(amount: u64) -> Result<u64, failclosed::Denial> {
    Ok(amount)
}

fn main() {}
