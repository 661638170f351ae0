// attempt: forget one method of a foreign trait's impl
// stopped by: "`delete` is neither guarded nor said to be unguarded"

use failclosed::{Denial, Guard, HasGuard, guarded, requires_permission};

#[derive(HasGuard)]
pub struct Shop {
    #[guard]
    guard: Guard,
}

#[allow(async_fn_in_trait)]
pub trait Tool {
    async fn call(&self) -> Result<u64, Denial>;
    async fn delete(&self) -> Result<u64, Denial>;
}

#[guarded]
impl Tool for Shop {
    #[requires_permission(action = "call")]
    async fn call(&self) -> Result<u64, Denial> {
        Ok(std::process::id().into())
    }

    async fn delete(&self) -> Result<u64, Denial> {
        Ok(std::process::id().into())
    }
}

fn main() {}
