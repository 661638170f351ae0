// attempt: read a permit from a wire
// stopped by: E0277

use failclosed::{Action, Permit};

#[derive(Action)]
#[action(name = "purchase")]
struct Purchase;

fn read<T: serde::de::DeserializeOwned>() {}

fn forge() {
    read::<Permit<'static, Purchase>>();
}

fn main() {}
