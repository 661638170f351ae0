use failclosed::{Denial, requires_permission};

#[requires_permission(action = "fetch", resource = ("Url", &url), mask(token))]
async fn fetch(url: String, token: String) -> Result<usize, Denial> {
    Ok(url.len() + token.len())
}

fn main() {}
