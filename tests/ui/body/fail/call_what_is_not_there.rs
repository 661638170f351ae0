// attempt: misspell a name in the body
// stopped by: E0425

use failclosed::{Denial, requires_permission};

#[requires_permission(action = "purchase")]
async fn charge(amount: u64) -> Result<u64, Denial> {
    Ok(amuont)
}

fn main() {}
