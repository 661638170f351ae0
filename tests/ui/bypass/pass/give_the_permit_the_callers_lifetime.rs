use failclosed::{Action, Denial, Permit, requires_permission};

#[derive(Action)]
#[action(name = "purchase")]
struct Purchase;

#[requires_permission(action = Purchase)]
async fn buy<'a>(#[permit] permit: Permit<'_, Purchase>, vendor: &'a str) -> Result<(), Denial> {
    drop((permit, vendor));
    Ok(())
}

fn main() {}
