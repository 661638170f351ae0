// attempt: name a resource by what a masked part is in
// stopped by: "the resource is shown to people and logs as it is, and this is masked"

use failclosed::{Denial, requires_permission};

#[derive(Clone, Copy, serde::Serialize)]
pub struct Order {
    card: u64,
}

#[requires_permission(action = "charge", resource = order.card, skip(order), mask(card))]
pub async fn charge(order @ Order { card }: Order) -> Result<u64, Denial> {
    Ok(order.card.max(card))
}

fn main() {}
