// attempt: ask a guard that could not be built
// stopped by: E0277 "a guard is never optional, and this is a `Guard` or none"

use failclosed::{Denial, Guard, requires_permission};

struct NoGuard;

struct Shop {
    guard: Result<Guard, NoGuard>,
}

#[requires_permission(action = "purchase", guard = shop.guard, skip(shop))]
async fn charge(shop: &Shop, amount: u64) -> Result<u64, Denial> {
    Ok(amount)
}

fn main() {}
