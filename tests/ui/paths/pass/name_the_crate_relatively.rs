mod failclosed {
    #[allow(unused_imports, reason = "generated code uses all of it")]
    pub use ::failclosed::*;
}

#[::failclosed::requires_permission(action = "purchase", crate = crate::failclosed)]
async fn charge(amount: u64) -> Result<u64, crate::failclosed::Denial> {
    Ok(amount)
}

fn main() {}
