// attempt: end the body with a value that is no result
// stopped by: E0308

use failclosed::{Denial, requires_permission};

#[requires_permission(action = "purchase")]
async fn charge(amount: u64) -> Result<u64, Denial> {
    amount
}

fn main() {}
