use failclosed::{Denial, requires_permission};

fn told(denial: Denial) -> String {
    denial.to_string()
}

#[requires_permission(action = "purchase", on_denied = told)]
async fn charge(amount: &str) -> String {
    let amount = amount.parse::<u64>().unwrap_or(0);
    amount.to_string()
}

fn main() {}
