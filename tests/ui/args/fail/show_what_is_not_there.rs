// attempt: misspell what is shown
// stopped by: E0425

use failclosed::{Denial, requires_permission};

#[requires_permission(action = "purchase", args(price = amuont))]
async fn charge(amount: u64) -> Result<u64, Denial> {
    Ok(amount)
}

fn main() {}
