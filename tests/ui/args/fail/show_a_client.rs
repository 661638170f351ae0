// attempt: show the client that the money is taken through
// stopped by: "shared state is not an argument, and the type of `client` says `StripeClient`"

use failclosed::{Denial, requires_permission};

#[derive(serde::Serialize)]
struct StripeClient {
    key: String,
}

#[requires_permission(action = "purchase")]
async fn charge(client: &StripeClient, amount: u64) -> Result<u64, Denial> {
    Ok(amount + client.key.len() as u64)
}

fn main() {}
