// attempt: name the lifetime of self, in a guarded trait
// stopped by: "the lifetime of `self` has a name already"

use failclosed::{Denial, guarded};

#[guarded]
pub trait Payments {
    #[requires_permission(action = "purchase")]
    async fn charge(&self, amount: u64) -> Result<u64, Denial>;

    #[requires_permission(action = "send")]
    async fn send<'a>(&'a self, what: &'a str) -> Result<(), Denial>;
}

fn main() {}
