// attempt: ask a guard if there is one
// stopped by: E0277 "a guard is never optional, and this is a `Guard` or none"

use failclosed::{Denial, Guard, requires_permission};

#[requires_permission(action = "purchase", guard = guard, skip(guard))]
async fn charge(guard: Option<Guard>, amount: u64) -> Result<u64, Denial> {
    let _ = guard;
    Ok(amount)
}

fn main() {}
