use failclosed::{Action, Permit};

#[derive(Action)]
#[action(name = "purchase")]
struct Purchase;

fn keep<'a>(given: &Permit<'a, Purchase>) {
    drop(format!("{given:?}"));
}

fn main() {}
