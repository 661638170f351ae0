// attempt: put another action into what is asked, with the hidden API
// stopped by: E0451

use failclosed::Action;

#[derive(Action)]
#[action(name = "purchase")]
struct Purchase;

use failclosed::__private_0_1_0::Entry;

fn forge(given: Entry<'static, Purchase>) -> Entry<'static, Purchase> {
    Entry { name: "read", ..given }
}

fn main() {}
