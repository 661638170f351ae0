// attempt: handle a denial in the attribute
// stopped by: "`on_denied` cannot be read"

use failclosed::{Denial, requires_permission};

fn told(denial: Denial) -> String {
    denial.to_string()
}

#[requires_permission(action = "purchase", on_denied = |denial| told(denial))]
async fn charge(amount: u64) -> String {
    let _ = told;
    amount.to_string()
}

fn main() {}
