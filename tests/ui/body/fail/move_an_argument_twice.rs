// attempt: use an argument after it has gone
// stopped by: E0382

use failclosed::{Denial, requires_permission};

#[requires_permission(action = "purchase")]
async fn charge(vendor: String) -> Result<String, Denial> {
    drop(vendor);
    Ok(vendor)
}

fn main() {}
