// attempt: make a method by a macro, in a guarded trait
// stopped by: "what this macro makes is not known yet"

use failclosed::{Denial, guarded};

#[guarded]
pub trait Payments {
    #[requires_permission(action = "purchase")]
    async fn charge(&self, amount: u64) -> Result<u64, Denial>;

    method!();
}

fn main() {}
