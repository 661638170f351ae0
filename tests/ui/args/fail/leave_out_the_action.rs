// attempt: ask for permission without saying for what
// stopped by: "`action` is missing: a permission is always for something"

use failclosed::{Denial, requires_permission};

#[requires_permission]
async fn charge(amount: u64) -> Result<u64, Denial> {
    Ok(amount)
}

fn main() {}
