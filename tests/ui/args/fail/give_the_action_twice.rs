// attempt: let one action hide another
// stopped by: "`action` is given twice"

use failclosed::{Denial, requires_permission};

#[requires_permission(action = "read", action = "purchase")]
async fn charge(amount: u64) -> Result<u64, Denial> {
    Ok(amount)
}

fn main() {}
