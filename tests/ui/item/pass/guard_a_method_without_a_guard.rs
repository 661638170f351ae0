use failclosed::{Denial, requires_permission};

#[derive(failclosed::HasGuard)]
struct Shop(#[guard] failclosed::Guard);

impl Shop {
    #[requires_permission(action = "purchase")]
    async fn charge(&self, amount: u64) -> Result<u64, Denial> {
        Ok(amount)
    }
}

fn main() {}
