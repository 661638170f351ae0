// attempt: account for a block of a module by an attribute that does nothing
// stopped by: "`pay` is neither guarded nor said to be unguarded"

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

    pub struct Refund(u64);

    #[rustfmt::guarded]
    impl Refund {
        pub async fn pay(&self) -> Result<u64, Denial> {
            Ok(super::elsewhere(self.0).await)
        }
    }
}

fn main() {}
