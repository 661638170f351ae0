use failclosed::{Denial, requires_permission};

use prepared::Purchase;

#[requires_permission(action = Purchase)]
async fn charge(amount: u64) -> Result<u64, Denial> {
    Ok(amount)
}

mod prepared {
    #[derive(failclosed::Action)]
    #[action(name = "purchase")]
    pub struct Purchase;
}

fn main() {}
