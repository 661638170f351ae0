use failclosed::Action;

#[derive(Action)]
#[action(name = "purchase")]
struct Purchase;

use failclosed::__private_0_1_0::Entry;

fn forge(given: Entry<'static, Purchase>) -> Entry<'static, Purchase> {
    given
}

fn main() {}
