use failclosed::{Denial, Guard, guarded};

#[allow(async_fn_in_trait)]
pub trait Client {
    async fn charge(&self, amount: u64) -> Result<u64, Denial>;
}

#[guarded(remote = Client)]
pub trait GuardedClient {
    #[requires_permission(action = "purchase")]
    async fn charge(&self, amount: u64) -> Result<u64, Denial>;
}

pub fn swap<T: Client>(client: &mut GuardedClient<T>, lax: Guard) {
    drop((client, lax));
}

fn main() {}
