use failclosed::{Denial, requires_permission};

#[requires_permission(action = "purchase")]
async fn charge(amount: u64) -> Result<u64, Denial> {
    let cell = std::sync::Arc::new(amount);
    tokio::task::yield_now().await;
    Ok(*cell)
}

fn start() {
    tokio::spawn(charge(742));
}

fn main() {}
