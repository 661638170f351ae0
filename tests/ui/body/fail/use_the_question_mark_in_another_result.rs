// attempt: use `?` where the function returns no result
// stopped by: E0277

use failclosed::{Denial, requires_permission};

fn told(denial: Denial) -> String {
    denial.to_string()
}

#[requires_permission(action = "purchase", on_denied = told)]
async fn charge(amount: &str) -> String {
    let amount = amount.parse::<u64>()?;
    amount.to_string()
}

fn main() {}
