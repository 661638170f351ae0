// attempt: name an action that no policy would match
// stopped by: "or has white space around it"

use failclosed::{Denial, requires_permission};

#[requires_permission(action = "purchase ")]
async fn charge(amount: u64) -> Result<u64, Denial> {
    Ok(amount)
}

fn main() {}
