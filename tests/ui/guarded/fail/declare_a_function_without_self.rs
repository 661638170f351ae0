// attempt: declare a function without self, in a guarded trait
// stopped by: "a function without `self` cannot meet the guard"

use failclosed::{Denial, guarded};

#[guarded]
pub trait Payments {
    #[requires_permission(action = "purchase")]
    async fn charge(&self, amount: u64) -> Result<u64, Denial>;

    #[unguarded(reason = "makes one")]
    fn make() -> u64;
}

fn main() {}
