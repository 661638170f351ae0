// attempt: name a guard in a trait, in a guarded trait
// stopped by: "is the one that the value is wrapped by"

use failclosed::{Denial, guarded};

#[guarded]
pub trait Payments {
    #[requires_permission(action = "purchase")]
    async fn charge(&self, amount: u64) -> Result<u64, Denial>;

    #[requires_permission(action = "send", guard = self.guard)]
    async fn send(&self) -> Result<(), Denial>;
}

fn main() {}
