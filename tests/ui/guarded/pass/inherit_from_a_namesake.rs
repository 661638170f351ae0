use failclosed::{Denial, guarded};

mod noisy {
    pub trait Debug {
        fn act(&self) {}
    }

    impl<T: ?Sized> Debug for T {}
}

pub trait Loud: noisy::Debug {}

#[guarded]
pub trait Payments: std::fmt::Debug {
    #[requires_permission(action = "purchase")]
    async fn charge(&self, amount: u64) -> Result<u64, Denial>;
}

fn main() {}
