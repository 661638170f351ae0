use failclosed::{Action, Permit};

#[derive(Action)]
#[action(name = "purchase")]
struct Purchase;

fn keep<'a>(given: &'a Permit<'a, Purchase>) {
    let kept = given;
    let _ = kept;
}

fn main() {}
