// attempt: forget one method of an impl
// stopped by: "`refund` is neither guarded nor said to be unguarded"

use failclosed::{Denial, Guard, HasGuard, guarded, requires_permission};

#[derive(HasGuard)]
pub struct Shop {
    #[guard]
    guard: Guard,
}

#[guarded]
impl Shop {
    #[requires_permission(action = "purchase")]
    pub async fn charge(&self, amount: u64) -> Result<u64, Denial> {
        Ok(amount)
    }

    pub async fn refund(&self, amount: u64) -> Result<u64, Denial> {
        Ok(amount)
    }
}

fn main() {}
