use failclosed::{Denial, guarded};

macro_rules! bytes {
    () => {
        [u8; 4]
    };
}

type Bytes = bytes!();

#[guarded]
pub trait Payments {
    #[requires_permission(action = "purchase")]
    async fn charge(&self, bytes: Bytes) -> Result<u64, Denial>;

    #[requires_permission(action = "check")]
    async fn check(&self, bytes: Bytes) -> Result<u64, Denial>;
}

fn main() {}
