use failclosed::{Action, Denial, Permit, requires_permission};

#[derive(Action)]
#[action(name = "purchase")]
struct Purchase;

use std::sync::Mutex;

static KEPT: Mutex<Option<Permit<'static, Purchase>>> = Mutex::new(None);

#[requires_permission(action = Purchase)]
async fn buy(#[permit] permit: Permit<'_, Purchase>) -> Result<(), Denial> {
    drop(permit);
    Ok(())
}

fn main() {}
