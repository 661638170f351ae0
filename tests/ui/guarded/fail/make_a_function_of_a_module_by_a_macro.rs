// attempt: make a function of a module by a macro
// stopped by: "what this macro makes is not known yet"

use failclosed::guarded;

pub async fn elsewhere(amount: u64) -> u64 {
    amount
}

#[guarded]
pub mod handlers {
    use failclosed::{Denial, requires_permission};

    #[requires_permission(action = "charge")]
    pub async fn charge(amount: u64) -> Result<u64, Denial> {
        Ok(super::elsewhere(amount).await)
    }

    #[allow(unused_macros)]
    macro_rules! made {
        () => {
            pub async fn refund() {}
        };
    }

    made!();
}

fn main() {}
