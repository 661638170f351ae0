// attempt: hand on a function from elsewhere in a module that is accounted for
// stopped by: "what is handed on from elsewhere may be a function that nobody marked"

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

    #[allow(unused_imports)]
    pub use super::elsewhere;
}

fn main() {}
