// attempt: name an action that looks like one that a policy knows
// stopped by: "characters in it that nobody sees"

use failclosed::{Denial, requires_permission};

#[requires_permission(action = "purchase\u{200b}")]
async fn charge(amount: u64) -> Result<u64, Denial> {
    Ok(amount)
}

fn main() {}
