use failclosed::{Denial, requires_permission};

fn start() {
    #[requires_permission(action = "purchase")]
    async fn charge(amount: u64) -> Result<u64, Denial> { Ok(amount) }
    drop(charge(742));
}

fn main() {}
