use failclosed::{Denial, requires_permission};

#[requires_permission(action = "purchase")]
async fn charge() -> Result<usize, Denial> {
    Ok(0)
}

fn main() {}
