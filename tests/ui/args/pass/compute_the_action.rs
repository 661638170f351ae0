use failclosed::{Denial, requires_permission};

fn cheapest() -> &'static str {
    "read"
}

#[requires_permission(action = "purchase")]
async fn charge(amount: u64) -> Result<usize, Denial> {
    Ok(cheapest().len() + amount as usize)
}

fn main() {}
