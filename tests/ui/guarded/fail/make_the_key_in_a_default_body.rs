// attempt: make the key in a default body, through a macro that spells it
// stopped by: E0603

use failclosed::{Denial, guarded};

macro_rules! key {
    () => {
        __failclosed::__Key(())
    };
}

#[guarded]
pub trait Payments {
    #[requires_permission(action = "purchase")]
    async fn charge(&self, amount: u64) -> Result<u64, Denial> {
        drop(key!());
        Ok(amount)
    }
}

fn main() {}
