use failclosed::{Denial, requires_permission};

#[derive(Default, serde::Serialize)]
struct Shown {
    vendor: &'static str,
    amount: u64,
}

#[requires_permission(action = "purchase", args(about = Shown { vendor: "x", amount }), skip(amount))]
async fn charge(amount: u64) -> Result<u64, Denial> {
    Ok(amount)
}

fn main() {
    drop((charge(1), Shown::default()));
}
