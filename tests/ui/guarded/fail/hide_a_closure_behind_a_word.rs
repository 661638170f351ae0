// attempt: hide a closure behind a word in a constant
// stopped by: "a constant that holds a function is one"

use failclosed::{Denial, Guard, HasGuard, guarded, requires_permission};

#[derive(HasGuard)]
pub struct Shop {
    #[guard]
    guard: Guard,
}

pub type Act = fn() -> u64;

#[guarded]
impl Shop {
    pub const ACT: Act = 'out: { break 'out || 742 };

    #[requires_permission(action = "purchase")]
    pub async fn charge(&self, amount: u64) -> Result<u64, Denial> {
        Ok(amount)
    }
}

fn main() {}
