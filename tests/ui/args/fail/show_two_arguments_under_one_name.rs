// attempt: show one thing under the name of another
// stopped by: "the argument `vendor` would be shown twice"

use failclosed::{Denial, requires_permission};

#[requires_permission(action = "purchase", args(vendor = shop))]
async fn charge(vendor: &str, shop: &str) -> Result<usize, Denial> {
    Ok(vendor.len() + shop.len())
}

fn main() {}
