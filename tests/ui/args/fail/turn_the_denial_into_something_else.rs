// attempt: turn a denial into what the function does not return
// stopped by: E0308

use failclosed::{Denial, requires_permission};

fn told(denial: Denial) -> String {
    denial.to_string()
}

#[requires_permission(action = "purchase", on_denied = told)]
async fn charge(amount: u64) -> u64 {
    amount
}

fn main() {}
