// attempt: show what a lock holds that may be missing, in a pair
// stopped by: "shared state is not an argument, and the type of `limits` says `RwLock`"

use failclosed::{Denial, requires_permission};
use std::sync::RwLock;

#[requires_permission(action = "purchase")]
async fn charge((amount, limits): (u64, Option<&RwLock<Vec<u64>>>)) -> Result<u64, Denial> {
    Ok(amount + u64::from(limits.is_some()))
}

fn main() {}
