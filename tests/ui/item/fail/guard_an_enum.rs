// attempt: guard a choice
// stopped by: "`#[requires_permission]` cannot guard an enum"

use failclosed::requires_permission;

#[requires_permission(action = "purchase")]
enum Charge { Card }

fn main() {}
