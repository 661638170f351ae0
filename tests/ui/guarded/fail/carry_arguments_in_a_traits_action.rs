// attempt: carry arguments in a traits action, in a guarded trait
// stopped by: "the permit carries the method's own arguments"

use failclosed::{Denial, guarded};

#[guarded]
pub trait Payments {
    #[requires_permission(action = "purchase")]
    async fn charge(&self, amount: u64) -> Result<u64, Denial>;

    #[requires_permission(action = Send { what })]
    async fn send(&self, what: u64) -> Result<(), Denial>;
}

fn main() {}
