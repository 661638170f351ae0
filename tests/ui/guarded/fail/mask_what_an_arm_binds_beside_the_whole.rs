// attempt: mask what an arm binds, and show what it was taken from
// stopped by: "this shows what `card` masks"

use failclosed::{Denial, Guard, guarded};

#[derive(serde::Serialize)]
pub enum Order {
    Charge { card: u64 },
}

#[guarded]
pub async fn place(guard: &Guard, order: &Order) -> Result<u64, Denial> {
    match order {
        #[requires_permission(action = "charge", guard = guard, mask(card))]
        Order::Charge { card } => Ok(*card),
    }
}

fn main() {}
