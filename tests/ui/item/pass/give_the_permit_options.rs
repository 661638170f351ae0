use failclosed::{Action, Denial, requires_permission};

#[derive(Action)]
#[action(name = "purchase")]
struct Purchase;

#[requires_permission(action = Purchase)]
async fn charge(#[permit] _permit: failclosed::Permit<'_, Purchase>) -> Result<(), Denial> {
    Ok(println!())
}

fn main() {
    drop(charge());
}
