// attempt: show a pool of connections, in a decorator
// stopped by: "shared state is not an argument, and the type of `pool` says `Pool`"

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
    #[requires_permission(action = "purchase")]
    async fn charge(&self, pool: &Pool, amount: u64) -> Result<u64, Denial>;
}

fn main() {}
