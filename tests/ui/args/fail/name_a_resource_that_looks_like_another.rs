// attempt: name a kind of resource that looks like another one
// stopped by: "characters in it that nobody sees"

use failclosed::{Denial, requires_permission};

#[requires_permission(action = "purchase", resource = ("\u{202e}rodneV", "shop"))]
async fn charge(amount: u64) -> Result<u64, Denial> {
    Ok(amount)
}

fn main() {}
