use failclosed::{Denial, requires_permission};
use std::sync::RwLock;

#[requires_permission(action = "purchase", skip(limits))]
async fn charge((amount, limits): (u64, Option<&RwLock<Vec<u64>>>)) -> Result<u64, Denial> {
    Ok(amount + u64::from(limits.is_some()))
}

fn main() {}
