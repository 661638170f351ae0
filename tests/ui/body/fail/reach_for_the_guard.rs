// attempt: use the guard that generated code holds
// stopped by: E0425

use failclosed::{Denial, requires_permission};

#[requires_permission(action = "purchase")]
async fn charge(amount: u64) -> Result<u64, Denial> {
    drop(__failclosed_guard.clone());
    Ok(amount)
}

fn main() {}
