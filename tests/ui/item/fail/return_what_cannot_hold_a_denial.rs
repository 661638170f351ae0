// attempt: guard a function whose type has no place for a denial
// stopped by: E0277 "cannot hold a denial"

use failclosed::requires_permission;

#[requires_permission(action = "purchase")]
async fn charge(amount: u64) -> u64 {
    amount
}

fn main() {}
