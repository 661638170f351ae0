// attempt: return from the function while the guard is looked up
// stopped by: "may only look things up"

use failclosed::{Denial, requires_permission};

#[requires_permission(action = "purchase", guard = { if amount > 5 { return Ok(amount); } failclosed::Guard::current() })]
async fn charge(amount: u64) -> Result<u64, Denial> {
    Ok(amount)
}

fn main() {
    drop(charge(1));
}
