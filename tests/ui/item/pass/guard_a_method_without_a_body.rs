use failclosed::{Denial, Guard, HasGuard, requires_permission};

trait Shop {
    async fn charge(&self, amount: u64) -> Result<u64, Denial>;
}

#[derive(HasGuard)]
struct Corner(#[guard] Guard);

impl Shop for Corner {
    #[requires_permission(action = "purchase")]
    async fn charge(&self, amount: u64) -> Result<u64, Denial> {
        Ok(amount)
    }
}

fn main() {}
