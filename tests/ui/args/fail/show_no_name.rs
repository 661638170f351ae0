// attempt: show an expression without a name
// stopped by: "`args` cannot be read"

use failclosed::{Denial, requires_permission};

#[requires_permission(action = "purchase", args(amount / 100), skip(amount))]
async fn charge(amount: u64) -> Result<u64, Denial> {
    Ok(amount)
}

fn main() {}
