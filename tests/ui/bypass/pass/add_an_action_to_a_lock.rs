use failclosed::{Action, Locked, Permit};

#[derive(Action)]
#[action(name = "read")]
struct Read;

#[derive(Action)]
#[action(name = "purchase")]
struct Purchase;

fn open<'p>(file: &'p Locked<String, Read>, permit: &'p Permit<'_, Read>) -> &'p str {
    file.open(permit)
}

fn main() {}
