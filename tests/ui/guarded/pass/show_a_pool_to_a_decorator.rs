use failclosed::{Denial, guarded};

#[derive(serde::Serialize)]
pub struct Pool {
    pub url: String,
}

#[allow(async_fn_in_trait)]
pub trait Payments {
    async fn charge(&self, pool: &Pool, amount: u64) -> Result<u64, Denial>;
}

#[guarded(remote = Payments)]
pub trait GuardedPayments {
    #[requires_permission(action = "purchase", skip(pool))]
    async fn charge(&self, pool: &Pool, amount: u64) -> Result<u64, Denial>;
}

fn main() {}
