// attempt: take an argument that the authority cannot see
// stopped by: E0277 "leave it out by name with `skip(..)`"

use failclosed::{Denial, requires_permission};

struct Card;

#[requires_permission(action = "purchase")]
async fn charge(card: Card, amount: u64) -> Result<u64, Denial> {
    let _ = card;
    Ok(amount)
}

fn main() {}
