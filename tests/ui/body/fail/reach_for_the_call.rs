// attempt: take a permit from the call that generated code holds
// stopped by: E0425

use failclosed::{Denial, requires_permission};

#[requires_permission(action = "purchase")]
async fn charge(amount: u64) -> Result<u64, Denial> {
    drop(__failclosed_call.permit());
    Ok(amount)
}

fn main() {}
