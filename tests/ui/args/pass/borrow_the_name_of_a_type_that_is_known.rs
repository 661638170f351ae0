use failclosed::{Denial, requires_permission};

#[derive(serde::Serialize)]
pub struct Guard(pub u64);

#[requires_permission(action = "purchase")]
pub async fn charge(guard: Guard) -> Result<u64, Denial> {
    Ok(guard.0)
}

fn main() {}
