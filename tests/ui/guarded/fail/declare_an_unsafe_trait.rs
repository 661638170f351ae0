// attempt: declare an unsafe trait, and guard it
// stopped by: "unsafe trait cannot be guarded"

use failclosed::{Denial, guarded};

#[guarded]
pub unsafe trait Payments {
    #[requires_permission(action = "purchase")]
    async fn charge(&self, amount: u64) -> Result<u64, Denial>;
}

fn main() {}
