// attempt: leave a method of the foreign trait out of its decorator
// stopped by: E0046

use failclosed::{Denial, guarded};

#[allow(async_fn_in_trait)]
pub trait Client {
    async fn charge(&self, amount: u64) -> Result<u64, Denial>;
    fn currency(&self) -> &'static str;
}

#[guarded(remote = Client)]
pub trait GuardedClient {
    #[requires_permission(action = "purchase")]
    async fn charge(&self, amount: u64) -> Result<u64, Denial>;

}

fn main() {}
