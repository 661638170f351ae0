// attempt: leave a key half typed
// stopped by: "`action` cannot be read"

use failclosed::{Denial, requires_permission};

#[requires_permission(action = )]
async fn charge(amount: u64) -> Result<u64, Denial> {
    Ok(amount)
}

fn main() {}
