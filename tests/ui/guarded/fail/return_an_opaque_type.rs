// attempt: return an opaque type, in a guarded trait
// stopped by: "`impl Trait` has no place in one"

use failclosed::{Denial, guarded};

#[guarded]
pub trait Payments {
    #[requires_permission(action = "purchase")]
    async fn charge(&self, amount: u64) -> Result<u64, Denial>;

    #[requires_permission(action = "read")]
    async fn read(&self) -> Result<impl Iterator<Item = u8>, Denial>;
}

fn main() {}
