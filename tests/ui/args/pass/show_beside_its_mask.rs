use failclosed::{Denial, requires_permission};

#[requires_permission(action = "fetch", args(token = token), mask(token))]
async fn fetch(token: String) -> Result<usize, Denial> {
    Ok(token.len())
}

fn main() {}
