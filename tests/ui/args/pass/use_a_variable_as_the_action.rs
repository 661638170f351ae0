use failclosed::{Action, Denial, requires_permission};

#[derive(Action)]
#[action(name = "purchase")]
struct Purchase;

#[requires_permission(action = Purchase)]
async fn charge(wanted: &str) -> Result<usize, Denial> {
    let _ = Purchase;
    Ok(wanted.len())
}

fn main() {}
