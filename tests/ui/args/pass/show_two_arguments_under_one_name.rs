use failclosed::{Denial, requires_permission};

#[requires_permission(action = "purchase", args(seller = shop))]
async fn charge(vendor: &str, shop: &str) -> Result<usize, Denial> {
    Ok(vendor.len() + shop.len())
}

fn main() {}
