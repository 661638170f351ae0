use failclosed::{Denial, requires_permission};

use std::cell::Cell;

#[requires_permission(action = "purchase", skip(amount))]
async fn charge(amount: Cell<u64>) -> Result<u64, Denial> {
    Ok(amount.get())
}

fn main() {}
