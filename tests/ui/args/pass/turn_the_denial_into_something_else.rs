use failclosed::{Denial, requires_permission};

fn told(denial: Denial) -> String {
    denial.to_string()
}

#[requires_permission(action = "purchase", on_denied = told)]
async fn charge(amount: u64) -> String {
    amount.to_string()
}

fn main() {}
