use failclosed::{Denial, requires_permission};

#[requires_permission(action = "purchase", args(shown = [1, amount]))]
async fn charge(amount: u64) -> Result<u64, Denial> {
    Ok(amount)
}

fn main() {
    drop(charge(1));
}
