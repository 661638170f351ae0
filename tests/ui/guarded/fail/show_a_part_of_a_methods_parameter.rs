// attempt: show one field of what a guarded trait's method takes
// stopped by: "is shown only in part"

use failclosed::{Denial, guarded};

pub struct Order {
    pub vendor: String,
    pub cents: u64,
}

#[guarded]
pub trait Payments {
    #[requires_permission(action = "pay", args(vendor = order.vendor))]
    async fn pay(&self, order: Order) -> Result<u64, Denial>;
}

fn main() {}
