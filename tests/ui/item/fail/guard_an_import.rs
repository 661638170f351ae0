// attempt: guard a name
// stopped by: "`#[requires_permission]` cannot guard an import"

use failclosed::requires_permission;

#[requires_permission(action = "purchase")]
pub use std::mem::drop as charge;

fn main() {}
