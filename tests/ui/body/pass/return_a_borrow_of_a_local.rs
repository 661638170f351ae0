use failclosed::{Denial, requires_permission};

#[requires_permission(action = "purchase")]
async fn charge(vendor: &str) -> Result<&str, Denial> {
    let vendor = [vendor];
    Ok(vendor[0])
}

fn main() {}
