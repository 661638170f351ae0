// attempt: guard all functions of a trait with one attribute
// stopped by: "`#[requires_permission]` cannot guard a trait"

use failclosed::{Denial, HasGuard, requires_permission};

#[requires_permission(action = "purchase")]
trait Shop: HasGuard {
    async fn charge(&self, amount: u64) -> Result<u64, Denial> {
        Ok(amount)
    }
}

fn main() {}
