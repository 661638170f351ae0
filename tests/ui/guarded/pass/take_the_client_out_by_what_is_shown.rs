use failclosed::{Denial, guarded};

#[allow(async_fn_in_trait)]
pub trait Client: Sync {
    async fn charge(&self, amount: u64) -> Result<u64, Denial>;
    fn name(&self) -> &'static str;
}

pub struct Theirs;

pub fn look(client: &impl Client) -> &'static str {
    client.name()
}

pub fn pick<T>() -> &'static str {
    "stripe"
}

pub trait Take {
    fn take(self) -> Theirs;
}

#[guarded(remote = Client)]
pub trait GuardedClient {
    #[requires_permission(action = "purchase", resource = look(self))]
    async fn charge(&self, amount: u64) -> Result<u64, Denial>;

    #[unguarded(reason = "reads no account")]
    fn name(&self) -> &'static str;
}

fn main() {}
