// attempt: leave a function of a module without a mark, which a router of the module reaches
// stopped by: "`refund` is neither guarded nor said to be unguarded"

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

    async fn refund(amount: u64) -> Result<u64, Denial> {
        Ok(super::elsewhere(amount).await)
    }

    #[unguarded(reason = "names it")]
    pub fn routes() -> usize {
        size_of_val(&refund)
    }
}

fn main() {}
