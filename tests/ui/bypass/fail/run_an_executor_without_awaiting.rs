// attempt: forget the `.await`, and go on as if the purchase was made
// stopped by: "unused implementer of `Future` that must be used"

#![deny(unused_must_use)]

use failclosed::{Denial, requires_permission};

#[requires_permission(action = "purchase")]
async fn charge(amount: u64) -> Result<u64, Denial> {
    Ok(amount)
}

async fn buy() -> Result<(), Denial> {
    charge(742);
    Ok(())
}

fn main() {}
