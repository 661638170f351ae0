// attempt: name a resource by something that is no name
// stopped by: E0277 "does not name a resource"

use failclosed::{Denial, requires_permission};

#[requires_permission(action = "purchase", resource = amount)]
async fn charge(amount: f64) -> Result<f64, Denial> {
    Ok(amount)
}

fn main() {}
