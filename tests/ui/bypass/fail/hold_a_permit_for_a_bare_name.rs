// attempt: hold a permit for whatever is only a name, with the hidden API
// stopped by: E0277 "is not an action"

use failclosed::{Action, Permit};

#[derive(Action)]
#[action(name = "purchase")]
struct Purchase;

use failclosed::__private_0_1_0::Named;

fn drop_it(_: Named) {}
fn helper(_: &Permit<'_, Named>) {}

fn main() {}
