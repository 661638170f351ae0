// attempt: put an unsafe method into a guarded trait
// stopped by: "unsafe fn cannot be guarded"

use failclosed::{Denial, guarded};

#[guarded]
pub trait Payments {
    #[requires_permission(action = "purchase")]
    async unsafe fn charge(&self, amount: u64) -> Result<u64, Denial>;
}

fn main() {}
