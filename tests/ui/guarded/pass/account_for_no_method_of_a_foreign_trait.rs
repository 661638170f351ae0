use failclosed::{Denial, Guard, HasGuard, guarded, requires_permission};

#[derive(HasGuard)]
pub struct Shop {
    #[guard]
    guard: Guard,
}

#[allow(async_fn_in_trait)]
pub trait Tool {
    async fn call(&self) -> Result<u64, Denial>;
}

#[guarded]
impl Tool for Shop {
    #[requires_permission(action = "call")]
    async fn call(&self) -> Result<u64, Denial> {
        Ok(std::process::id().into())
    }
}

#[requires_permission(action = "ask", guard = guard, skip(guard))]
pub async fn ask(guard: &Guard) -> Result<u64, Denial> {
    let _ = guard;
    Ok(std::process::id().into())
}

fn main() {}
