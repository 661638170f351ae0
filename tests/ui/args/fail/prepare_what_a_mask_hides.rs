// attempt: show what is masked in a value that is prepared
// stopped by: "this shows what `token` masks"

use failclosed::{Denial, requires_permission};

#[requires_permission(action = "fetch", prepare(url = format!("{base}?{token}")), mask(token))]
async fn fetch(base: &str, token: &str) -> Result<usize, Denial> {
    Ok(url.len() + base.len() + token.len())
}

fn main() {}
