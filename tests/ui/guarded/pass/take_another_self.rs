use failclosed::{Denial, guarded};

#[guarded]
pub trait Payments {
    #[requires_permission(action = "purchase")]
    async fn charge(&self, amount: u64) -> Result<u64, Denial>;

    #[requires_permission(action = "send")]
    async fn send(&self, to: u64) -> Result<(), Denial>;
}

fn main() {}
