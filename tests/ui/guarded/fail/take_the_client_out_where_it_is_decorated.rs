// attempt: take the client out of its decorator, in the module that declares that
// stopped by: E0616

use failclosed::{Denial, guarded};

#[allow(async_fn_in_trait)]
pub trait Client {
    async fn charge(&self, amount: u64) -> Result<u64, Denial>;
}

#[guarded(remote = Client)]
pub trait GuardedClient {
    #[requires_permission(action = "purchase")]
    async fn charge(&self, amount: u64) -> Result<u64, Denial>;
}

pub async fn charge<T: Client>(client: &GuardedClient<T>) -> Result<u64, Denial> {
    client.inner.charge(742).await
}

fn main() {}
