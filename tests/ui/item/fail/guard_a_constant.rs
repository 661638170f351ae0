// attempt: guard a value
// stopped by: "`#[requires_permission]` cannot guard a constant"

use failclosed::requires_permission;

#[requires_permission(action = "purchase")]
const CHARGE: u64 = 742;

fn main() {}
