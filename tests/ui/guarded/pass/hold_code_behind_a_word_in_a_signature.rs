use failclosed::{Denial, guarded};

mod __failclosed {
    pub struct __Key(pub ());
}

use __failclosed::__Key;

pub trait Leak<T> {
    fn leak() -> T;
}

const N: usize = 4;

#[guarded]
pub trait Payments {
    #[requires_permission(action = "purchase")]
    async fn charge(&self, amount: u64) -> Result<u64, Denial>;

    #[unguarded(reason = "reads no account")]
    fn currency(&self) -> [u8; N] where [u8; N]: Sized;
}

pub fn key() -> __Key {
    drop(__failclosed::__Key(()));
    __Key(())
}

fn main() {}
