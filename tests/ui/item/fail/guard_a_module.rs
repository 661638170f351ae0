// attempt: guard all functions of a module with one attribute
// stopped by: "`#[requires_permission]` cannot guard a module"

#[failclosed::requires_permission(action = "purchase")]
mod shop {
    async fn charge(amount: u64) -> Result<u64, failclosed::Denial> {
        Ok(amount)
    }
}

fn main() {}
