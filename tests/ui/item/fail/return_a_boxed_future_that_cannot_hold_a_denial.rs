// attempt: guard a boxed future whose type has no place for a denial
// stopped by: E0277 "cannot hold a denial"

use std::pin::Pin;

use failclosed::requires_permission;

#[requires_permission(action = "purchase")]
fn charge(amount: u64) -> Pin<Box<dyn Future<Output = u64> + Send>> {
    Box::pin(async move { amount })
}

fn main() {}
