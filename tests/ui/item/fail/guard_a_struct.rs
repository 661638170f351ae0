// attempt: guard data
// stopped by: "`#[requires_permission]` cannot guard a struct"

use failclosed::requires_permission;

#[requires_permission(action = "purchase")]
struct Charge;

fn main() {}
