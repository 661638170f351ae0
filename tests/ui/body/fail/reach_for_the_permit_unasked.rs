// attempt: use a permit that was not asked for
// stopped by: E0425

use failclosed::{Action, Denial, Permit, requires_permission};

#[derive(Action)]
#[action(name = "purchase")]
struct Purchase;

fn settle(_: &Permit<'_, Purchase>) {}

#[requires_permission(action = Purchase)]
async fn charge() -> Result<(), Denial> {
    settle(&permit);
    Ok(())
}

fn main() {}
