// attempt: write down another outcome, with the hidden API
// stopped by: E0425

use failclosed::{Denial, requires_permission};

#[requires_permission(action = "purchase")]
async fn charge(amount: u64) -> Result<u64, Denial> {
    __failclosed_call.conclude(false);
    Ok(amount)
}

fn main() {}
