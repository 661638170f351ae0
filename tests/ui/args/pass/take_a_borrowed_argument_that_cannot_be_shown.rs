use failclosed::{Denial, requires_permission};

struct Stripe;

#[requires_permission(action = "purchase", skip(stripe))]
async fn charge(stripe: &Stripe, amount: u64) -> Result<u64, Denial> {
    let _ = stripe;
    Ok(amount)
}

fn main() {}
