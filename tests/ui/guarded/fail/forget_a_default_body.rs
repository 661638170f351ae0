// attempt: forget a method of a trait because it has a body already
// stopped by: "`refund` is neither guarded nor said to be unguarded"

use failclosed::{Denial, guarded};

#[guarded]
pub trait Payments {
    async fn refund(&self, amount: u64) -> Result<u64, Denial> {
        Ok(amount)
    }
}

fn main() {}
