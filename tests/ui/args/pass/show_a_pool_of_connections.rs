use failclosed::{Denial, requires_permission};

#[derive(serde::Serialize)]
struct PgPool {
    url: String,
}

#[requires_permission(action = "purchase", skip(pool))]
async fn charge(pool: &PgPool, amount: u64) -> Result<u64, Denial> {
    Ok(amount + pool.url.len() as u64)
}

fn main() {}
