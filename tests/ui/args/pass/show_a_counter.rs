use failclosed::{Denial, requires_permission};
use std::sync::atomic::AtomicU64;

#[requires_permission(action = "purchase", skip(count))]
async fn charge(count: &AtomicU64, amount: u64) -> Result<u64, Denial> {
    Ok(amount + count.load(std::sync::atomic::Ordering::Relaxed))
}

fn main() {}
