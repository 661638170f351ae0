// attempt: return what the body owns
// stopped by: E0515

use failclosed::{Denial, requires_permission};

#[requires_permission(action = "purchase")]
async fn charge(vendor: &str) -> Result<&str, Denial> {
    let vendor = vendor.to_string();
    Ok(vendor.as_str())
}

fn main() {}
