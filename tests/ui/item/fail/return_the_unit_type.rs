// attempt: guard a function that returns nothing, spelled out
// stopped by: "a function that returns nothing cannot return a denial"

use failclosed::requires_permission;

#[requires_permission(action = "purchase")]
async fn charge(amount: u64) -> () {
    let _ = amount;
}

fn main() {}
