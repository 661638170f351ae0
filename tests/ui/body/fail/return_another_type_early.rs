// attempt: return a value of another type from the middle of the body
// stopped by: E0308

use failclosed::{Denial, requires_permission};

#[requires_permission(action = "purchase")]
async fn charge(amount: u64) -> Result<u64, Denial> {
    if amount == 0 {
        return None;
    }
    Ok(amount)
}

fn main() {}
