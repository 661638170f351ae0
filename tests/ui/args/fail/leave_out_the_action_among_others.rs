// attempt: give other keys, and no action
// stopped by: "`action` is missing: a permission is always for something"

use failclosed::{Denial, requires_permission};

#[requires_permission(resource = vendor)]
async fn charge(vendor: &str) -> Result<usize, Denial> {
    Ok(vendor.len())
}

fn main() {}
