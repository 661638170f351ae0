// attempt: guard a method of whatever implements a trait
// stopped by: E0277 "this does not tell whom to ask"

use failclosed::{Denial, HasGuard, requires_permission};

trait Shop {
    #[requires_permission(action = "purchase")]
    async fn charge(&self, amount: u64) -> Result<u64, Denial> {
        Ok(amount)
    }
}

impl<T: HasGuard> Shop for T {}

fn main() {}
