// attempt: guard a function that cannot wait for an answer
// stopped by: "a guarded function must be `async`"

use failclosed::{Denial, requires_permission};

#[requires_permission(action = "purchase")]
fn charge(amount: u64) -> Result<u64, Denial> {
    Ok(amount)
}

fn main() {}
