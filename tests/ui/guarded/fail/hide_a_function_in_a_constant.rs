// attempt: keep a function in a constant, where it is no function
// stopped by: "a constant that holds a function is one"

use failclosed::{Denial, Guard, HasGuard, guarded, requires_permission};

#[derive(HasGuard)]
pub struct Shop {
    #[guard]
    guard: Guard,
}

#[guarded]
impl Shop {
    pub const QUIETLY: fn(u64) -> u64 = |amount| amount;

    #[requires_permission(action = "purchase")]
    pub async fn charge(&self, amount: u64) -> Result<u64, Denial> {
        Ok(amount)
    }
}

fn main() {}
