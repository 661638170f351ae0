// attempt: guard a future whose type says nothing to the attribute
// stopped by: "a guarded function must be `async`"

use failclosed::{Denial, requires_permission};

type Charging = std::future::Ready<Result<u64, Denial>>;

#[requires_permission(action = "purchase")]
fn charge(amount: u64) -> Charging {
    std::future::ready(Ok(amount))
}

fn main() {}
