use failclosed::{Denial, Guard, HasGuard, requires_permission};

#[derive(HasGuard)]
struct Shop(#[guard] Guard);

impl Shop {
    #[requires_permission(action = "purchase")]
    async fn charge(&self, amount: u64) -> Result<u64, Denial> {
        Ok(amount)
    }
}

async fn buy(shop: &Shop) -> Result<u64, Denial> {
    shop.charge(742).await
}

fn main() {}
