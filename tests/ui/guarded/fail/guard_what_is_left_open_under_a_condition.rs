// attempt: leave open what is guarded under a condition
// stopped by: "`refund` is guarded only under a condition"

use failclosed::{Denial, Guard, HasGuard, guarded, requires_permission};

#[derive(HasGuard)]
pub struct Shop {
    #[guard]
    guard: Guard,
}

#[guarded(default = unguarded(reason = "moved over one by one"))]
#[allow(deprecated)]
impl Shop {
    #[requires_permission(action = "purchase")]
    pub async fn charge(&self, amount: u64) -> Result<u64, Denial> {
        Ok(amount)
    }

    #[cfg_attr(unix, requires_permission(action = "refund"))]
    pub async fn refund(&self, amount: u64) -> Result<u64, Denial> {
        Ok(amount)
    }
}

fn main() {}
