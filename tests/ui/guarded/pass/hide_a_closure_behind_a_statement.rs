use failclosed::{Denial, Guard, HasGuard, guarded, requires_permission};

#[derive(HasGuard)]
pub struct Shop {
    #[guard]
    guard: Guard,
}

pub type Act = fn() -> u64;

#[guarded]
impl Shop {
    pub const AMOUNT: u64 = if !(1 > 2) { 742 | 1 } else { 1 };

    #[requires_permission(action = "purchase")]
    pub async fn charge(&self, amount: u64) -> Result<u64, Denial> {
        Ok(amount)
    }
}

fn main() {}
