// attempt: answer the caller while something is prepared
// stopped by: "this would answer in place of a body that nobody has allowed"

use failclosed::{Denial, requires_permission};

#[requires_permission(action = "read", prepare(path = if let Some(size) = cached { return Ok(size) } else { resolve(path).await? }), skip(cached))]
async fn read(path: String, cached: Option<u64>) -> Result<u64, Denial> {
    Ok(path.len() as u64 + cached.unwrap_or_default())
}

async fn resolve(path: String) -> Result<String, Denial> {
    Ok(path)
}

fn main() {}
