// attempt: put an extern method into a guarded trait
// stopped by: "an `extern fn` can be called from where nothing is awaited"

use failclosed::{Denial, guarded};

#[guarded]
pub trait Payments {
    #[requires_permission(action = "purchase")]
    async extern "C" fn charge(&self, amount: u64) -> Result<u64, Denial>;
}

fn main() {}
