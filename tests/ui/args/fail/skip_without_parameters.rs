// attempt: leave out an argument of a function without one
// stopped by: "there is no parameter `card`"

use failclosed::{Denial, requires_permission};

#[requires_permission(action = "purchase", skip(card))]
async fn charge() -> Result<usize, Denial> {
    Ok(std::env::args().count())
}

fn main() {}
