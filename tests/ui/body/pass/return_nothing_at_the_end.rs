use failclosed::{Denial, requires_permission};

#[requires_permission(action = "purchase")]
async fn charge(amount: u64) -> Result<u64, Denial> {
    let doubled = amount * 2;
    Ok(doubled)
}

fn main() {}
