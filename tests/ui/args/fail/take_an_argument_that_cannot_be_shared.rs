// attempt: take an argument that changes under the eyes of the authority
// stopped by: E0277 "leave it out by name with `skip(..)`"

use failclosed::{Denial, requires_permission};

use std::cell::Cell;

#[requires_permission(action = "purchase")]
async fn charge(amount: Cell<u64>) -> Result<u64, Denial> {
    Ok(amount.get())
}

fn main() {}
