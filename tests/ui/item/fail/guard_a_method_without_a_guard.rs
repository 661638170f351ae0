// attempt: guard a method that knows nobody to ask
// stopped by: E0277 "this does not tell whom to ask"

use failclosed::{Denial, requires_permission};

struct Shop;

impl Shop {
    #[requires_permission(action = "purchase")]
    async fn charge(&self, amount: u64) -> Result<u64, Denial> {
        Ok(amount)
    }
}

fn main() {}
