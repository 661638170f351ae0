use failclosed::{Denial, requires_permission};

fn text(amount: u64) -> Result<String, Denial> {
    Ok(amount.to_string())
}

#[requires_permission(action = "purchase")]
async fn charge(amount: u64) -> Result<u64, Denial> {
    text(amount).map(|text| text.len() as u64)
}

fn main() {}
