// attempt: put an argument into the name of the action
// stopped by: "an action is a name or a type that implements `Action`"

use failclosed::{Denial, requires_permission};

#[requires_permission(action = format!("purchase {vendor}"))]
async fn charge(vendor: &str) -> Result<usize, Denial> {
    Ok(vendor.len())
}

fn main() {}
