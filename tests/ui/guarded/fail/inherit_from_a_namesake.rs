// attempt: inherit methods from a trait that is only called `Debug`
// stopped by: E0308

use failclosed::{Denial, guarded};

mod noisy {
    pub trait Debug {
        fn act(&self) {}
    }

    impl<T: ?Sized> Debug for T {}
}

pub trait Loud: noisy::Debug {}

#[guarded]
pub trait Payments: noisy::Debug {
    #[requires_permission(action = "purchase")]
    async fn charge(&self, amount: u64) -> Result<u64, Denial>;
}

fn main() {}
