// attempt: act on what people and logs must not see
// stopped by: "the resource is shown to people and logs"

use failclosed::{Denial, requires_permission};

#[requires_permission(action = "fetch", resource = ("Token", &token), mask(token))]
async fn fetch(url: String, token: String) -> Result<usize, Denial> {
    Ok(url.len() + token.len())
}

fn main() {}
