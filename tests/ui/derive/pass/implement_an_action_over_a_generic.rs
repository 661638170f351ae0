use failclosed::{Action, request::{Arguments, NamedArgument}};

struct Purchase;

impl Arguments for Purchase {
    fn argument(&self, _: usize) -> Option<NamedArgument<'_>> {
        None
    }
}

impl Action for Purchase {
    const NAME: &'static str = "purchase";
    type Key = Self;
}

fn main() {}
