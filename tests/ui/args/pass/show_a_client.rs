use failclosed::{Denial, requires_permission};

#[derive(serde::Serialize)]
struct StripeClient {
    key: String,
}

#[requires_permission(action = "purchase", skip(client))]
async fn charge(client: &StripeClient, amount: u64) -> Result<u64, Denial> {
    Ok(amount + client.key.len() as u64)
}

fn main() {}
