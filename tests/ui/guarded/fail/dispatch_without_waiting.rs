// attempt: dispatch in a function that cannot wait for an answer
// stopped by: "must be `async`"

use failclosed::{Denial, Guard, HasGuard, guarded};

#[derive(HasGuard)]
pub struct Server {
    #[guard]
    guard: Guard,
}

impl Server {
    #[guarded]
    pub fn call(&self, name: &str, amount: u64) -> Result<u64, Denial> {
        match name {
            #[requires_permission(action = "charge")]
            "charge" => Ok(amount),
            #[unguarded(reason = "there is no such tool")]
            _ => Ok(0),
        }
    }

    pub async fn written(&self, amount: u64) -> u64 {
        amount
    }
}

fn main() {}
