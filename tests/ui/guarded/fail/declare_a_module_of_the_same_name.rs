// attempt: put a module of one's own in the place of the raw trait's
// stopped by: E0428, E0405, E0425

use failclosed::{Denial, guarded};

mod payments {}

#[guarded]
pub trait Payments {
    #[requires_permission(action = "purchase")]
    async fn charge(&self, amount: u64) -> Result<u64, Denial>;
}

fn main() {}
