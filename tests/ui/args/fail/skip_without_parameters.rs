// attempt: leave out an argument of a function without one
// stopped by: "there is no parameter `card`"

use failclosed::{Denial, requires_permission};

#[requires_permission(action = "purchase", skip(card))]
async fn charge() -> Result<usize, Denial> {
    Ok(0)
}

fn main() {}
