use failclosed::{Denial, requires_permission};

#[requires_permission(action = "fetch", prepare(url = format!("{base}?{token}")), mask(base, token, url))]
async fn fetch(base: &str, token: &str) -> Result<usize, Denial> {
    Ok(url.len() + base.len() + token.len())
}

fn main() {}
