// attempt: misspell a key, and lose what it says
// stopped by: "did you mean `resource`?"

use failclosed::{Denial, requires_permission};

#[requires_permission(action = "purchase", resorce = vendor)]
async fn charge(vendor: &str) -> Result<usize, Denial> {
    Ok(vendor.len())
}

fn main() {}
