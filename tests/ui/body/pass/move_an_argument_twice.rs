use failclosed::{Denial, requires_permission};

#[requires_permission(action = "purchase")]
async fn charge(vendor: String) -> Result<String, Denial> {
    drop(vendor);
    Ok(String::new())
}

fn main() {}
