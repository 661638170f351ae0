// attempt: make a function by a macro that is called like a harmless one
// stopped by: E0308

use failclosed::{Denial, Guard, HasGuard, guarded, requires_permission};

#[derive(HasGuard)]
pub struct Shop {
    #[guard]
    guard: Guard,
}

macro_rules! line {
    () => {
        || 742
    };
}

pub type Act = fn() -> u64;

pub const QUIETLY: Act = line!();

#[guarded]
impl Shop {
    pub const ACT: Act = line!();

    #[requires_permission(action = "purchase")]
    pub async fn charge(&self, amount: u64) -> Result<u64, Denial> {
        Ok(amount)
    }
}

fn main() {}
