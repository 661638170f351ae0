use failclosed::{Denial, requires_permission};

#[requires_permission(action = "purchase")]
async fn charge() -> Result<usize, Denial> {
    Ok(std::env::args().count())
}

fn main() {}
