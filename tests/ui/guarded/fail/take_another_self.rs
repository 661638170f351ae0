// attempt: take another self, in a guarded trait
// stopped by: "`Self` is another type before the guard than behind it"

use failclosed::{Denial, guarded};

#[guarded]
pub trait Payments {
    #[requires_permission(action = "purchase")]
    async fn charge(&self, amount: u64) -> Result<u64, Denial>;

    #[requires_permission(action = "send")]
    async fn send(&self, to: &Self) -> Result<(), Denial>;
}

fn main() {}
