// attempt: guard a variable
// stopped by: "`#[requires_permission]` cannot guard a static"

use failclosed::requires_permission;

#[requires_permission(action = "purchase")]
static CHARGE: u64 = 742;

fn main() {}
