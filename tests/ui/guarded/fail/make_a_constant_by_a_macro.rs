// attempt: keep a function in a constant that a macro makes
// stopped by: "what this macro makes is not known yet, so it cannot be accounted for"

use failclosed::{Denial, Guard, HasGuard, guarded, requires_permission};

#[derive(HasGuard)]
pub struct Shop {
    #[guard]
    guard: Guard,
}

macro_rules! quietly {
    () => {
        |amount| amount
    };
}

pub type Act = fn(u64) -> u64;

pub const QUIETLY: Act = quietly!();

#[guarded]
impl Shop {
    pub const PATH: &'static str = concat!("shop", "/", "charge");
    pub const ACT: Act = quietly!();

    #[requires_permission(action = "purchase")]
    pub async fn charge(&self, amount: u64) -> Result<u64, Denial> {
        Ok(amount)
    }
}

fn main() {}
