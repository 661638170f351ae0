// attempt: change an argument after it was allowed, through a cell
// stopped by: E0277 "cannot be shared between threads safely", E0277 "cannot be shown to the authority"

use failclosed::Action;

#[derive(Action)]
#[action(name = "purchase")]
struct Purchase {
    amount: std::cell::Cell<u64>,
}

fn main() {}
