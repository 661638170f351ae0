use failclosed::{Denial, Guard, HasGuard, guarded, requires_permission};

#[derive(HasGuard)]
pub struct Shop {
    #[guard]
    guard: Guard,
}

macro_rules! quietly {
    () => {
        |amount| amount
    };
}

pub type Act = fn(u64) -> u64;

pub const QUIETLY: Act = quietly!();

#[guarded]
impl Shop {
    pub const PATH: &'static str = concat!("shop", "/", "charge");
    pub const LIMIT: u64 = 500;

    #[requires_permission(action = "purchase")]
    pub async fn charge(&self, amount: u64) -> Result<u64, Denial> {
        Ok(amount)
    }
}

fn main() {}
