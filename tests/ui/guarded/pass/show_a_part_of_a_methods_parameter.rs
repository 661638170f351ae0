use failclosed::{Denial, guarded};

pub struct Order {
    pub vendor: String,
    pub cents: u64,
}

#[guarded]
pub trait Payments {
    #[requires_permission(action = "pay", args(vendor = order.vendor), skip(order))]
    async fn pay(&self, order: Order) -> Result<u64, Denial>;
}

fn main() {}
