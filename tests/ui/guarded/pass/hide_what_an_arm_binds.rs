use failclosed::{Denial, Guard, guarded};

pub struct Card(pub u64);

pub enum Order {
    Charge { card: Card },
}

#[guarded]
pub async fn place(guard: &Guard, order: &Order) -> Result<u64, Denial> {
    match order {
        #[requires_permission(action = "charge", guard = guard, skip(order, card))]
        Order::Charge { card } => Ok(card.0),
    }
}

fn main() {}
