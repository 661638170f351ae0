// attempt: name no option of `#[guarded]`
// stopped by: "expected `key = value`"

use failclosed::{Denial, guarded};

#[guarded("everything")]
pub trait Payments {
    #[requires_permission(action = "purchase")]
    async fn charge(&self, amount: u64) -> Result<u64, Denial>;
}

fn main() {}
