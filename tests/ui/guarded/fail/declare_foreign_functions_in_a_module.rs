// attempt: declare foreign functions in a module that is accounted for
// stopped by: "foreign functions ask nobody"
// differs: 4

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

    unsafe extern "C" {
        pub fn abort();
    }
}

fn main() {}
