// attempt: ask twice in a trait, in a guarded trait
// stopped by: "a method of a guarded trait asks once"

use failclosed::{Denial, guarded};

#[guarded]
pub trait Payments {
    #[requires_permission(action = "purchase")]
    async fn charge(&self, amount: u64) -> Result<u64, Denial>;

    #[requires_permission(action = "ask")]
    #[requires_permission(action = "send")]
    async fn send(&self) -> Result<(), Denial>;
}

fn main() {}
