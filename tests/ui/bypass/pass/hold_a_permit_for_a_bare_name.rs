use failclosed::{Action, Permit};

#[derive(Action)]
#[action(name = "purchase")]
struct Purchase;

use failclosed::__private_0_1_0::Named;

fn drop_it(_: Named) {}
fn helper(_: &Permit<'_, Purchase>) {}

fn main() {}
