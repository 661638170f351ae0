// attempt: hide from the authority what an arm binds
// stopped by: E0277

use failclosed::{Denial, Guard, guarded};

pub struct Card(pub u64);

pub enum Order {
    Charge { card: Card },
}

#[guarded]
pub async fn place(guard: &Guard, order: &Order) -> Result<u64, Denial> {
    match order {
        #[requires_permission(action = "charge", guard = guard, skip(order))]
        Order::Charge { card } => Ok(card.0),
    }
}

fn main() {}
