use failclosed::{Action, Permit};

#[derive(Action, Clone)]
#[action(name = "purchase")]
struct Purchase;

fn keep(given: &Permit<'_, Purchase>) {
    let kept: Purchase = (**given).clone();
    drop(kept);
}

fn main() {}
