// attempt: let a denial look like nothing
// stopped by: E0277 "cannot hold a denial"

use failclosed::requires_permission;

#[requires_permission(action = "purchase")]
async fn charge(amount: u64) -> Option<u64> {
    Some(amount)
}

fn main() {}
