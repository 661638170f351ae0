// attempt: take the name of the self check
// stopped by: "blank or reserved"

use failclosed::{Denial, requires_permission};

#[requires_permission(action = "failclosed:canary")]
async fn charge(amount: u64) -> Result<u64, Denial> {
    Ok(amount)
}

fn main() {
    drop(charge(1));
}
