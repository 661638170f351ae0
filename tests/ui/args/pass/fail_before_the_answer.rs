use failclosed::{Denial, requires_permission};

fn vendor(amount: u64) -> Option<String> {
    Some(amount.to_string())
}

#[requires_permission(action = "purchase", args(vendor = vendor(amount)), skip(amount))]
async fn charge(amount: u64) -> Result<u64, Denial> {
    Ok(amount)
}

fn main() {
    drop(charge(1));
}
