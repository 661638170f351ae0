use std::sync::Mutex;

use failclosed::{Denial, guarded};

#[guarded]
pub trait Payments: Send + Sync {
    #[requires_permission(action = "purchase", skip(spent))]
    async fn charge(&self, spent: &Mutex<u64>, amount: u64) -> Result<u64, Denial>;
}

fn main() {}
