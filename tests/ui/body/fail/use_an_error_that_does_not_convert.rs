// attempt: use `?` on an error that the function cannot return
// stopped by: E0277

use failclosed::{Denial, requires_permission};

#[requires_permission(action = "purchase")]
async fn charge(amount: &str) -> Result<u64, Denial> {
    let amount = amount.parse::<u64>()?;
    Ok(amount)
}

fn main() {}
