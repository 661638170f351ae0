// attempt: use a type that has the name of what is generated
// stopped by: "`ChargeArgs` is also what `#[guarded]` names something of its own here"

use failclosed::{Denial, guarded};

pub struct ChargeArgs(pub u64);

use self::ChargeArgs as Order;

pub type Orders = Vec<Order>;

#[guarded]
pub trait Payments {
    #[requires_permission(action = "purchase", skip(order))]
    async fn charge(&self, order: ChargeArgs) -> Result<u64, Denial>;
}

fn main() {}
