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

    pub static ACT: u64 = 1;
}

fn main() {}
