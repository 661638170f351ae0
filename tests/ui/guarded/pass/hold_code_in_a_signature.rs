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
        bytes: [u8; N],
    ) -> Result<u64, Denial>;
}

fn main() {}
