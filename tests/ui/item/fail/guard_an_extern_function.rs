// attempt: guard what is called from another language
// stopped by: "an `extern fn` can be called from where nothing is awaited"

use failclosed::{Denial, requires_permission};

#[requires_permission(action = "purchase")]
async extern "C" fn charge(amount: u64) -> Result<u64, Denial> {
    Ok(amount)
}

fn main() {}
