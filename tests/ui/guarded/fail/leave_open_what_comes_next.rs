// attempt: keep the default where every function is marked
// stopped by: "nothing is left open here"

use failclosed::{Denial, Guard, HasGuard, guarded, requires_permission};

#[derive(HasGuard)]
pub struct Shop {
    #[guard]
    guard: Guard,
}

#[guarded(default = unguarded(reason = "moved over one by one"))]
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
