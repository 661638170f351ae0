// attempt: show and bind a part of a parameter, and hide the rest
// stopped by: "`order` is shown only in part"

use failclosed::{Denial, requires_permission};

#[requires_permission(action = "buy", args(let size = order.items.len()))]
async fn buy(order: Order) -> Result<usize, Denial> {
    Ok(size + order.items.len())
}

struct Order {
    items: Vec<u64>,
}

fn main() {}
