// attempt: have a refused function compile with a body that runs
// stopped by: "the action's name is blank"

use failclosed::{Denial, Guard, HasGuard, requires_permission};

#[derive(HasGuard)]
struct Shop(#[guard] Guard);

impl Shop {
    #[requires_permission(action = "")]
    async fn charge(&self, amount: u64) -> Result<u64, Denial> {
        Ok(amount)
    }
}

async fn buy(shop: &Shop) -> Result<u64, Denial> {
    shop.charge(742).await
}

fn main() {}
