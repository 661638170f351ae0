// attempt: guard a function whose error knows no denial
// stopped by: E0277 "cannot hold a denial"

use failclosed::requires_permission;

struct ChargeError;

#[requires_permission(action = "purchase")]
async fn charge(amount: u64) -> Result<u64, ChargeError> {
    Ok(amount)
}

fn main() {}
