// attempt: make a permit by writing its fields
// stopped by: E0451

use failclosed::{Action, Permit};

#[derive(Action)]
#[action(name = "purchase")]
struct Purchase;

fn forge<'a>(given: Permit<'a, Purchase>) -> Permit<'a, Purchase> {
    println!("{given:?}");
    Permit { action: &Purchase, exactly: std::marker::PhantomData, within: std::marker::PhantomData }
}

fn main() {}
