// attempt: forget a function without `self`, which may act as well as any
// stopped by: "`new` is neither guarded nor said to be unguarded"

use failclosed::{Denial, Guard, HasGuard, guarded, requires_permission};

#[derive(HasGuard)]
pub struct Shop {
    #[guard]
    guard: Guard,
}

#[guarded]
impl Shop {
    pub fn new(guard: &Guard) -> Self {
        Self { guard: guard.clone() }
    }

    #[requires_permission(action = "purchase")]
    pub async fn charge(&self, amount: u64) -> Result<u64, Denial> {
        Ok(amount)
    }
}

fn main() {}
