use std::pin::Pin;

use failclosed::requires_permission;

#[requires_permission(action = "purchase")]
fn charge(amount: u64) -> Pin<Box<dyn Future<Output = Result<u64, failclosed::Denial>> + Send>> {
    Box::pin(async move { Ok(amount) })
}

fn main() {}
