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
            mask(card),
            skip(order),
        )]
        Order { card } => Ok(*card),
    }
}

fn main() {}
