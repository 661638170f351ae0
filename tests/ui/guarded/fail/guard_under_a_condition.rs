// attempt: guard a method only where a feature is on
// stopped by: "`charge` is guarded only under a condition"

use failclosed::{Denial, Guard, HasGuard, guarded, requires_permission};

#[derive(HasGuard)]
pub struct Shop {
    #[guard]
    guard: Guard,
}

#[guarded]
impl Shop {
    #[cfg_attr(all(), requires_permission(action = "purchase"))]
    pub async fn charge(&self, amount: u64) -> Result<u64, Denial> {
        Ok(amount)
    }

    #[requires_permission(action = "refund")]
    pub async fn refund(&self, amount: u64) -> Result<u64, Denial> {
        Ok(amount)
    }
}

fn main() {}
