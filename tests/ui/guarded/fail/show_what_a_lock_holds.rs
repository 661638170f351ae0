// attempt: show what a lock holds, in a guarded trait
// stopped by: "shared state is not an argument, and the type of `spent` says `Mutex`"

use std::sync::Mutex;

use failclosed::{Denial, guarded};

#[guarded]
pub trait Payments: Send + Sync {
    #[requires_permission(action = "purchase")]
    async fn charge(&self, spent: &Mutex<u64>, amount: u64) -> Result<u64, Denial>;
}

fn main() {}
