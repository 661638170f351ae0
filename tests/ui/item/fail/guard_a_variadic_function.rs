// attempt: guard a function with arguments that have no names
// stopped by: "variadic arguments cannot be shown to the authority"

use failclosed::{Denial, requires_permission};

#[requires_permission(action = "purchase")]
async fn charge(amount: u64, _: ...) -> Result<u64, Denial> {
    Ok(amount)
}

fn main() {}
