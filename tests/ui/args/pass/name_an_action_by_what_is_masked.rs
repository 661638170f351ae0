use failclosed::{Denial, requires_permission};

#[requires_permission(action = "tool", instance = url, mask(token))]
async fn call(url: String, token: String) -> Result<usize, Denial> {
    Ok(url.len() + token.len())
}

fn main() {}
