use failclosed::{Denial, guarded};

#[guarded]
pub trait Payments {
    #[requires_permission(action = "purchase")]
    async fn charge(&self, amount: u64) -> Result<u64, Denial>;

    #[requires_permission(action = "read")]
    async fn read(&self) -> Result<Vec<u8>, Denial>;
}

fn main() {}
