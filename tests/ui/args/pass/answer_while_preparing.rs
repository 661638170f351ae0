use failclosed::{Denial, requires_permission};

#[requires_permission(action = "read", prepare(path = if cached.is_some() { path } else { resolve(path).await? }), skip(cached))]
async fn read(path: String, cached: Option<u64>) -> Result<u64, Denial> {
    Ok(path.len() as u64 + cached.unwrap_or_default())
}

async fn resolve(path: String) -> Result<String, Denial> {
    Ok(path)
}

fn main() {}
