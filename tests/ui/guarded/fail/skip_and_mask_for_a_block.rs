// attempt: skip and mask the same for a whole block
// stopped by: "what is skipped is shown to nobody"

use failclosed::{Denial, Guard, HasGuard, guarded, requires_permission};

#[derive(HasGuard)]
pub struct Shop {
    #[guard]
    guard: Guard,
}

#[guarded(skip(amount), mask(amount))]
impl Shop {
    #[requires_permission(action = "purchase")]
    pub async fn charge(&self, amount: u64) -> Result<u64, Denial> {
        Ok(amount)
    }

    #[requires_permission(action = "refund")]
    pub async fn refund(&self, amount: u64) -> Result<u64, Denial> {
        Ok(amount)
    }
}

fn main() {}
