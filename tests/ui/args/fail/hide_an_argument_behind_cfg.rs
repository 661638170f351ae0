// attempt: take an argument out of what is shown, with an attribute
// stopped by: "may only look things up"

use failclosed::{Denial, requires_permission};

#[requires_permission(action = "purchase", args(shown = [1, #[cfg(any())] amount]))]
async fn charge(amount: u64) -> Result<u64, Denial> {
    Ok(amount)
}

fn main() {
    drop(charge(1));
}
