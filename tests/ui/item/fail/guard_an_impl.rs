// attempt: guard all functions of a type with one attribute
// stopped by: "`#[requires_permission]` cannot guard an `impl` block"

use failclosed::{Denial, Guard, HasGuard, requires_permission};

#[derive(HasGuard)]
struct Shop(#[guard] Guard);

#[requires_permission(action = "purchase")]
impl Shop {
    async fn charge(&self, amount: u64) -> Result<u64, Denial> {
        Ok(amount)
    }
}

fn main() {}
