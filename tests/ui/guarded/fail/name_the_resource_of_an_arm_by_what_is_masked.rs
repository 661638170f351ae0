// attempt: mask what an arm binds, and name the resource by what it was taken from
// stopped by: "the resource is shown to people and logs as it is, and this is masked"

use failclosed::{Denial, Guard, guarded};

#[derive(serde::Serialize)]
pub struct Order {
    card: u64,
}

#[guarded]
pub async fn place(guard: &Guard, order: &Order) -> Result<u64, Denial> {
    match order {
        #[requires_permission(
            action = "charge",
            guard = guard,
            resource = order.card,
            mask(card),
            skip(order),
        )]
        Order { card } => Ok(*card),
    }
}

fn main() {}
