use failclosed::{Denial, requires_permission};

#[derive(Clone, Copy, serde::Serialize)]
pub struct Order {
    card: u64,
}

#[requires_permission(action = "charge", skip(order), mask(card))]
pub async fn charge(order @ Order { card }: Order) -> Result<u64, Denial> {
    Ok(order.card.max(card))
}

fn main() {}
