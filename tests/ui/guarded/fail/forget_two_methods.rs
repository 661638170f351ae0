// attempt: forget two methods, which are reported at once
// stopped by: "`refund` is neither guarded nor said to be unguarded", "`void` is neither guarded nor said to be unguarded"

use failclosed::{Denial, Guard, HasGuard, guarded, requires_permission};

#[derive(HasGuard)]
pub struct Shop {
    #[guard]
    guard: Guard,
}

#[guarded]
impl Shop {
    #[requires_permission(action = "purchase")]
    pub async fn charge(&self, amount: u64) -> Result<u64, Denial> {
        Ok(amount)
    }

    pub async fn refund(&self, amount: u64) -> Result<u64, Denial> {
        self.void().await?;
        Ok(amount)
    }

    pub async fn void(&self) -> Result<(), Denial> {
        Ok(println!())
    }
}

fn main() {}
