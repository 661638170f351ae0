// attempt: show the pool that the money is taken through
// stopped by: "shared state is not an argument, and the type of `pool` says `PgPool`"

use failclosed::{Denial, requires_permission};

#[derive(serde::Serialize)]
struct PgPool {
    url: String,
}

#[requires_permission(action = "purchase")]
async fn charge(pool: &PgPool, amount: u64) -> Result<u64, Denial> {
    Ok(amount + pool.url.len() as u64)
}

fn main() {}
