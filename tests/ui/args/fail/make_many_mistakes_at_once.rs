// attempt: hide one mistake behind another
// stopped by: "unknown key `optional`", "did you mean `skip(card)`?", "the action's name is blank", "`resource` has no value"

use failclosed::{Denial, requires_permission};

#[requires_permission(action = "", optional = true, resource, skip(cart))]
async fn charge(vendor: &str, card: &str) -> Result<usize, Denial> {
    Ok(vendor.len() + card.len())
}

fn main() {}
