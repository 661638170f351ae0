// attempt: take a guarded method off the object by `where Self: Sized`
// stopped by: "a bound on `Self` takes the method off them"
// differs: 4

use failclosed::{Denial, guarded};

#[guarded]
pub trait Payments {
    #[requires_permission(action = "purchase")]
    async fn charge(&self, amount: u64) -> Result<u64, Denial>
    where
        Self: Sized;
}

fn main() {}
