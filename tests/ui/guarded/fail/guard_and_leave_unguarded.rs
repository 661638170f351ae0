// attempt: guard a function and say that it is unguarded
// stopped by: "a function is guarded or unguarded, not both"

use failclosed::{Denial, Guard, HasGuard, guarded, requires_permission};

#[derive(HasGuard)]
pub struct Shop {
    #[guard]
    guard: Guard,
}

#[guarded]
impl Shop {
    #[unguarded(reason = "is it?")]
    #[requires_permission(action = "purchase")]
    pub async fn charge(&self, amount: u64) -> Result<u64, Denial> {
        Ok(amount)
    }
}

fn main() {}
