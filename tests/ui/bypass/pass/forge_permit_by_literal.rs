use failclosed::{Action, Permit};

#[derive(Action)]
#[action(name = "purchase")]
struct Purchase;

fn forge<'a>(given: Permit<'a, Purchase>) -> Permit<'a, Purchase> {
    println!("{given:?}");
    given
}

fn main() {}
