// attempt: put a const method into a guarded trait
// stopped by: "a `const fn` cannot ask anybody"

use failclosed::{Denial, guarded};

#[guarded]
pub trait Payments {
    #[requires_permission(action = "purchase")]
    async fn charge(&self, amount: u64) -> Result<u64, Denial>;

    #[unguarded(reason = "reads no account")]
    const fn limit(&self) -> u64;
}

fn main() {}
