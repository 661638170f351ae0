// attempt: leave out `self`
// stopped by: "`self` is never shown to the authority"

use failclosed::{Denial, Guard, HasGuard, requires_permission};

#[derive(HasGuard)]
struct Shop {
    #[guard]
    guard: Guard,
}

impl Shop {
    #[requires_permission(action = "purchase", skip(self))]
    async fn charge(&self, amount: u64) -> Result<u64, Denial> {
        Ok(amount)
    }
}

fn main() {}
