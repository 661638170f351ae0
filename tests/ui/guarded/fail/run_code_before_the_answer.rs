// attempt: run code before the answer, where a trait says what is shown
// stopped by: "may only look things up"

use failclosed::{Denial, guarded};

#[guarded]
pub trait Payments {
    #[requires_permission(action = "purchase", args(cents = { drop(amount); amount }))]
    async fn charge(&self, amount: u64) -> Result<u64, Denial>;
}

fn main() {}
