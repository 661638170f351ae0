// attempt: show a counter that other calls count up
// stopped by: "shared state is not an argument, and the type of `count` says `AtomicU64`"

use failclosed::{Denial, requires_permission};
use std::sync::atomic::AtomicU64;

#[requires_permission(action = "purchase")]
async fn charge(count: &AtomicU64, amount: u64) -> Result<u64, Denial> {
    Ok(amount + count.load(std::sync::atomic::Ordering::Relaxed))
}

fn main() {}
