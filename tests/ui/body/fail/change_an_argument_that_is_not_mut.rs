// attempt: change an argument that is not `mut`
// stopped by: E0384

use failclosed::{Denial, requires_permission};

#[requires_permission(action = "purchase")]
async fn charge(amount: u64) -> Result<u64, Denial> {
    amount += 1;
    Ok(amount)
}

fn main() {}
