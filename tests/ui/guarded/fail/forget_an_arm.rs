// attempt: leave an arm of a function that dispatches without a mark
// stopped by: "this arm is neither guarded nor said to be unguarded"

use failclosed::{Denial, Guard, HasGuard, guarded};

#[derive(HasGuard)]
pub struct Server {
    #[guard]
    guard: Guard,
}

impl Server {
    #[guarded]
    pub async fn call(&self, name: &str, amount: u64) -> Result<u64, Denial> {
        match name {
            #[requires_permission(action = "charge")]
            "charge" => Ok(amount),
            _ => Ok(0),
        }
    }

    pub async fn written(&self, amount: u64) -> u64 {
        amount
    }
}

fn main() {}
