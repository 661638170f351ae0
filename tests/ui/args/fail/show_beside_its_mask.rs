// attempt: mask an argument and show it beside that
// stopped by: "this shows what `token` masks"

use failclosed::{Denial, requires_permission};

#[requires_permission(action = "fetch", args(token = token, begin = token.len()), mask(token))]
async fn fetch(token: String) -> Result<usize, Denial> {
    Ok(token.len())
}

fn main() {}
