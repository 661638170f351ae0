// attempt: declare a generic method, in a guarded trait
// stopped by: "a generic method cannot be called on one"

use failclosed::{Denial, guarded};

#[guarded]
pub trait Payments {
    #[requires_permission(action = "purchase")]
    async fn charge(&self, amount: u64) -> Result<u64, Denial>;

    #[requires_permission(action = "send")]
    async fn send<T: Send>(&self, what: T) -> Result<(), Denial>;
}

fn main() {}
