// shows: `on_denied` makes the return value of a denial, for a type that belongs to somebody else

use failclosed::{Denial, requires_permission};

fn told(denial: Denial) -> Result<String, u8> {
    Ok(denial.to_string())
}

#[requires_permission(action = "purchase", on_denied = told)]
async fn charge(amount: u64) -> Result<String, u8> {
    Ok(amount.to_string())
}

fn main() {}
