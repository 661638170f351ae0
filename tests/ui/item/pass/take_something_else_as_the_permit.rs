use failclosed::{Action, Denial, Permit, requires_permission};

#[derive(Action)]
#[action(name = "purchase")]
struct Purchase;

fn settle(_: &Permit<'_, Purchase>) {}

#[requires_permission(action = Purchase)]
async fn charge(#[permit] permit: Permit<'_, Purchase>) -> Result<(), Denial> {
    settle(&permit);
    Ok(println!())
}

fn main() {}
