// attempt: declare an item in a signature, where it would see the key
// stopped by: "what stands here could hold code, beside the guard's own"

use failclosed::{Denial, guarded};

pub trait Leak {
    fn leak() -> Self;
}

const N: usize = 4;

#[guarded]
pub trait Payments {
    #[requires_permission(action = "purchase")]
    async fn charge(
        &self,
        bytes: [u8; { impl crate::Leak for __Key { fn leak() -> __Key { __Key(()) } } N }],
    ) -> Result<u64, Denial>;
}

fn main() {}
