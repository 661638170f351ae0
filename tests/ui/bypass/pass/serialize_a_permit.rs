use failclosed::{Action, Permit};

#[derive(Action)]
#[action(name = "purchase")]
struct Purchase;

fn write(_: &impl serde::Serialize) {}

fn save(given: Permit<'_, Purchase>) {
    write(&format!("{given:?}"));
}

fn main() {}
