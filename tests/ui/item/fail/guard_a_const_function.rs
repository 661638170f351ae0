// attempt: guard what runs in the compiler
// stopped by: "a `const fn` cannot ask anybody", "a guarded function must be `async`"

use failclosed::{Denial, requires_permission};

#[requires_permission(action = "purchase")]
const fn charge(amount: u64) -> Result<u64, Denial> {
    Ok(amount)
}

fn main() {}
