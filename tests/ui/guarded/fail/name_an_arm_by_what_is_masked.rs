// attempt: mask what an arm binds, and name the action by what it was taken from
// stopped by: "the action's name is shown to people and logs as it is, and this is masked"

use failclosed::{Denial, Guard, guarded};

#[derive(serde::Serialize)]
pub struct Order {
    card: String,
}

#[guarded]
pub async fn place(guard: &Guard, order: &Order) -> Result<u64, Denial> {
    match order {
        #[requires_permission(
            action = "charge",
            guard = guard,
            instance = order.card,
            mask(card),
            skip(order),
        )]
        Order { card } => Ok(card.len() as u64),
    }
}

fn main() {}
