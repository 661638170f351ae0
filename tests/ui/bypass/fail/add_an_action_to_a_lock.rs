// attempt: say that a permit for one action opens the lock of another
// stopped by: E0405

use failclosed::{Action, Locked, Permit};

#[derive(Action)]
#[action(name = "read")]
struct Read;

#[derive(Action)]
#[action(name = "purchase")]
struct Purchase;

impl failclosed::guard::OpenedBy<Purchase, u8> for Read {}
fn open<'p>(file: &'p Locked<String, Read>, permit: &'p Permit<'_, Read>) -> &'p str {
    file.open(permit)
}

fn main() {}
