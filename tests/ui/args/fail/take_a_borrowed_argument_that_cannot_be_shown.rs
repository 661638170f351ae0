// attempt: take a client as an argument, by reference
// stopped by: E0277 "leave it out by name with `skip(..)`"

use failclosed::{Denial, requires_permission};

struct Stripe;

#[requires_permission(action = "purchase")]
async fn charge(stripe: &Stripe, amount: u64) -> Result<u64, Denial> {
    let _ = stripe;
    Ok(amount)
}

fn main() {}
