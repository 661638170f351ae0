// attempt: make an action by hand whose key is no action
// stopped by: E0277 "is not an action"

use failclosed::{Action, request::{Arguments, NamedArgument}};

struct Purchase;

impl Arguments for Purchase {
    fn argument(&self, _: usize) -> Option<NamedArgument<'_>> {
        None
    }
}

impl Action for Purchase {
    const NAME: &'static str = "purchase";
    type Key = String;
}

fn main() {}
