// attempt: guard whatever a macro makes
// stopped by: "`#[requires_permission]` cannot guard a macro call"

use failclosed::{Denial, requires_permission};

macro_rules! charge {
    ($(#[$attr:meta])*) => {
        $(#[$attr])*
        async fn charge(amount: u64) -> Result<u64, Denial> {
            Ok(amount)
        }
    };
}

#[requires_permission(action = "purchase")]
charge!();

fn main() {}
