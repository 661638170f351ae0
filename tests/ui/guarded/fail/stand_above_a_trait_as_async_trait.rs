// attempt: let `#[async_trait]` rewrite a guarded trait before anybody sees it
// stopped by: "`#[async_trait]` and `#[guarded]` would both rewrite these methods"

use failclosed::{Denial, guarded};

#[async_trait::async_trait]
#[guarded]
pub trait Payments {
    #[requires_permission(action = "purchase")]
    async fn charge(&self, amount: u64) -> Result<u64, Denial>;
}

fn main() {}
