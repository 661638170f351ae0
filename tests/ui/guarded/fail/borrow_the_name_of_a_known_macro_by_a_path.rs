// attempt: make a function by a macro of another module that is called like a harmless one
// stopped by: "what this macro makes is not known yet, so it cannot be accounted for"

use failclosed::{Denial, Guard, HasGuard, guarded, requires_permission};

#[derive(HasGuard)]
pub struct Shop {
    #[guard]
    guard: Guard,
}

mod sly {
    macro_rules! act {
        () => {
            || 742
        };
    }
    pub(crate) use act as concat;
}

pub type Act = fn() -> u64;

pub const QUIETLY: Act = sly::concat!();

#[guarded]
impl Shop {
    pub const ACT: Act = sly::concat!();

    #[requires_permission(action = "purchase")]
    pub async fn charge(&self, amount: u64) -> Result<u64, Denial> {
        Ok(amount)
    }
}

fn main() {}
