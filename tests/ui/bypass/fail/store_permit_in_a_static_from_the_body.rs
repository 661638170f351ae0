// attempt: keep a permit for every later call, from a function with the attribute
// stopped by: E0716

use failclosed::{Action, Denial, Permit, requires_permission};

#[derive(Action)]
#[action(name = "purchase")]
struct Purchase;

use std::sync::Mutex;

static KEPT: Mutex<Option<Permit<'static, Purchase>>> = Mutex::new(None);

#[requires_permission(action = Purchase)]
async fn buy(#[permit] permit: Permit<'_, Purchase>) -> Result<(), Denial> {
    *KEPT.lock().unwrap() = Some(permit);
    Ok(())
}

fn main() {}
