// attempt: mask an argument by a wrong name
// stopped by: "no argument `tokne` is shown here"

use failclosed::{Denial, requires_permission};

#[requires_permission(action = "fetch", mask(tokne))]
async fn fetch(token: String) -> Result<usize, Denial> {
    Ok(token.len())
}

fn main() {}
