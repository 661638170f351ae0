// attempt: guard a statement
// stopped by: E0658, "`#[requires_permission]` cannot guard a statement"

use failclosed::{Denial, requires_permission};

fn start() {
    #[requires_permission(action = "purchase")]
    let charge = async |amount: u64| -> Result<u64, Denial> { Ok(amount) };
    drop(charge(742));
}

fn main() {}
