use failclosed::{Denial, HasGuard, requires_permission};

trait Shop: HasGuard {
    #[requires_permission(action = "purchase")]
    async fn charge(&self, amount: u64) -> Result<u64, Denial> {
        Ok(amount)
    }
}

impl<T: HasGuard> Shop for T {}

fn main() {}
