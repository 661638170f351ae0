// attempt: let a caller choose the action
// stopped by: E0277 "is not an action"

use failclosed::{Action, Denial, requires_permission};

#[derive(Action)]
#[action(name = "purchase")]
struct Purchase;

#[requires_permission(action = wanted)]
async fn charge(wanted: &str) -> Result<usize, Denial> {
    let _ = Purchase;
    Ok(wanted.len())
}

fn main() {}
