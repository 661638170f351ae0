// attempt: declare a generic trait, and guard it
// stopped by: "a guarded trait has no parameters"

use failclosed::{Denial, guarded};

#[guarded]
pub trait Payments<K: Send> {
    #[requires_permission(action = "purchase")]
    async fn charge(&self, amount: u64) -> Result<u64, Denial>;
}

fn main() {}
