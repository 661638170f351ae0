use failclosed::{Denial, requires_permission};

#[requires_permission(action = "tool", instance = name, mask(token))]
async fn call(name: String, token: String) -> Result<usize, Denial> {
    Ok(name.len() + token.len())
}

fn main() {}
