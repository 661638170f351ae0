use failclosed::{Denial, requires_permission};

#[requires_permission(action = "buy", args(let size = order.items.len()), skip(order))]
async fn buy(order: Order) -> Result<usize, Denial> {
    Ok(size + order.items.len())
}

struct Order {
    items: Vec<u64>,
}

fn main() {}
