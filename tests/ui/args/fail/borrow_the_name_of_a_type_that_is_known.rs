// attempt: give a type the name of one that is left out of questions
// stopped by: E0277

use failclosed::{Denial, requires_permission};

pub struct Guard(pub u64);

#[requires_permission(action = "purchase")]
pub async fn charge(guard: Guard) -> Result<u64, Denial> {
    Ok(guard.0)
}

fn main() {}
