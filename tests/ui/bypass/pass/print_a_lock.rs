// shows: a lock is printed without its value, whether or not that could be printed

use failclosed::{Action, Locked};

#[derive(Action)]
#[action(name = "purchase")]
struct Purchase;

struct Stripe {
    key: String,
}

fn print(stripe: &Locked<Stripe, Purchase>) -> String {
    format!("{stripe:?}")
}

fn main() {}
