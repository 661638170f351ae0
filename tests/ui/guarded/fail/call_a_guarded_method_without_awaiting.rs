// attempt: forget the `.await` at a guarded trait, and go on as if the purchase was made
// stopped by: "unused pinned boxed `Future` trait object that must be used"

#![deny(unused_must_use)]

use std::sync::Arc;

use failclosed::{Denial, guarded};

#[guarded]
pub trait Payments {
    #[requires_permission(action = "purchase")]
    async fn charge(&self, amount: u64) -> Result<u64, Denial>;
}

async fn buy(payments: Arc<dyn Payments>) -> Result<(), Denial> {
    payments.charge(742);
    Ok(())
}

fn main() {}
