// attempt: guard a closure
// stopped by: E0658, "`#[requires_permission]` cannot guard a closure"

use failclosed::requires_permission;

fn start() {
    let charge =
        #[requires_permission(action = "purchase")]
        async |amount: u64| -> Result<u64, failclosed::Denial> { Ok(amount) };
    drop(charge(742));
}

fn main() {}
