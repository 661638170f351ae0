// attempt: let the path to the crate mean another thing in each module
// stopped by: "`crate` must be a path from a root"

mod failclosed {
    #[allow(unused_imports, reason = "generated code uses all of it")]
    pub use ::failclosed::*;
}

#[::failclosed::requires_permission(action = "purchase", crate = failclosed)]
async fn charge(amount: u64) -> Result<u64, crate::failclosed::Denial> {
    Ok(amount)
}

fn main() {}
