use failclosed::{Denial, requires_permission};

struct Card;

#[requires_permission(action = "purchase", skip(card))]
async fn charge(card: Card, amount: u64) -> Result<u64, Denial> {
    let _ = card;
    Ok(amount)
}

fn main() {}
