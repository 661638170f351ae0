use failclosed::{Denial, requires_permission};

#[requires_permission(action = "purchase")]
async fn charge(vendor: &str) -> Result<usize, Denial> {
    Ok(vendor.len())
}

fn main() {}
