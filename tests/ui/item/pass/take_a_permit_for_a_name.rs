use failclosed::{Action, Denial, requires_permission};

#[derive(Action)]
#[action(name = "purchase")]
struct Purchase;

#[requires_permission(action = Purchase)]
async fn charge(#[permit] permit: failclosed::Permit<'_, Purchase>) -> Result<(), Denial> {
    drop(permit);
    Ok(println!())
}

fn main() {}
