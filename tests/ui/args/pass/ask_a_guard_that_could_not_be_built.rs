use failclosed::{Denial, Guard, requires_permission};

struct NoGuard;

struct Shop {
    guard: Guard,
}

#[requires_permission(action = "purchase", guard = shop.guard, skip(shop))]
async fn charge(shop: &Shop, amount: u64) -> Result<u64, Denial> {
    Ok(amount)
}

fn main() {}
