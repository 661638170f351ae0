use failclosed::{Denial, requires_permission};

#[requires_permission(action = "purchase", resource = amount.to_string())]
async fn charge(amount: f64) -> Result<f64, Denial> {
    Ok(amount)
}

fn main() {}
