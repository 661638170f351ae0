// attempt: await something while the arguments are looked up
// stopped by: "may only look things up"

use failclosed::{Denial, requires_permission};

async fn vendor(amount: u64) -> String {
    amount.to_string()
}

#[requires_permission(action = "purchase", args(vendor = vendor(amount).await), skip(amount))]
async fn charge(amount: u64) -> Result<u64, Denial> {
    Ok(amount)
}

fn main() {
    drop(charge(1));
}
