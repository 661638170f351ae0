// attempt: show what a lock holds at the moment
// stopped by: "shared state is not an argument, and the type of `spent` says `Mutex`"

use failclosed::{Denial, requires_permission};
use std::sync::Mutex;

#[requires_permission(action = "purchase")]
async fn charge(spent: &Mutex<u64>, amount: u64) -> Result<u64, Denial> {
    Ok(amount + *spent.lock().unwrap_or_else(|poisoned| poisoned.into_inner()))
}

fn main() {}
