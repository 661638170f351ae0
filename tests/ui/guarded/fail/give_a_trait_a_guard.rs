// attempt: give a trait a guard of `#[guarded]`
// stopped by: "`guard` has no use on a trait"

use failclosed::{Denial, guarded};

#[guarded(guard = self.guard)]
pub trait Payments {
    #[requires_permission(action = "purchase")]
    async fn charge(&self, amount: u64) -> Result<u64, Denial>;
}

fn main() {}
