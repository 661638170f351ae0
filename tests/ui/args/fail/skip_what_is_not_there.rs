// attempt: misspell what is left out
// stopped by: "did you mean `skip(card)`?"

use failclosed::{Denial, requires_permission};

#[requires_permission(action = "purchase", skip(cart))]
async fn charge(vendor: &str, card: &str) -> Result<usize, Denial> {
    Ok(vendor.len() + card.len())
}

fn main() {}
