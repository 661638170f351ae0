// attempt: put what people and logs must not see into the action's name
// stopped by: "the action's name is shown to people and logs"

use failclosed::{Denial, requires_permission};

#[requires_permission(action = "tool", instance = token, mask(token))]
async fn call(url: String, token: String) -> Result<usize, Denial> {
    Ok(url.len() + token.len())
}

fn main() {}
