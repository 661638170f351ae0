use failclosed::{Denial, requires_permission};

#[requires_permission(action = "purchase", resource = vendor)]
async fn charge(vendor: &str) -> Result<usize, Denial> {
    Ok(vendor.len())
}

fn main() {}
