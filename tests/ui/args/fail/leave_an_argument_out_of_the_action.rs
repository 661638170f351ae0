// attempt: build an action without one of its arguments
// stopped by: E0063

use failclosed::{Action, Denial, requires_permission};

#[derive(Action)]
#[action(name = "purchase")]
struct Purchase<'a> {
    vendor: &'a str,
    amount: u64,
}

#[requires_permission(action = Purchase { amount })]
async fn charge(vendor: &str, amount: u64) -> Result<u64, Denial> {
    Ok(amount + vendor.len() as u64)
}

fn main() {}
