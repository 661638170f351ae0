// attempt: hide a type of a signature in a macro, which may hold code
// stopped by: "what stands here could hold code, beside the guard's own"

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
    async fn charge(&self, bytes: bytes!()) -> Result<u64, Denial>;

    #[requires_permission(action = "check")]
    async fn check(&self, bytes: Bytes) -> Result<u64, Denial>;
}

fn main() {}
