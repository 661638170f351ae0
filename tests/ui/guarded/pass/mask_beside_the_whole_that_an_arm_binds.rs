use failclosed::{Denial, Guard, guarded};

#[derive(serde::Serialize)]
pub enum Order {
    Charge { card: u64 },
    Refund { card: u64 },
}

#[guarded]
pub async fn place(guard: &Guard, order: &Order) -> Result<u64, Denial> {
    match order {
        #[requires_permission(action = "place", guard = guard, mask(card), skip(order, whole))]
        whole @ (Order::Charge { card } | Order::Refund { card }) => {
            Ok(u64::from(std::ptr::eq(whole, order)) + card)
        }
    }
}

fn main() {}
