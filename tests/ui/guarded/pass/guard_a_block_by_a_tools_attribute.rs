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
        #[unguarded(reason = "pays nobody")]
        pub async fn pay(&self) -> Result<u64, Denial> {
            Ok(super::elsewhere(self.0).await)
        }
    }
}

fn main() {}
