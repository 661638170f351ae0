// attempt: misspell an option of `#[guarded]`
// stopped by: "did you mean `remote`"

use failclosed::{Denial, guarded};

#[guarded(remot = Payments)]
pub trait Payments {
    #[requires_permission(action = "purchase")]
    async fn charge(&self, amount: u64) -> Result<u64, Denial>;
}

fn main() {}
