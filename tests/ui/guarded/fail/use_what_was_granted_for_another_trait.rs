// attempt: run the same method of another trait on what this one was granted
// stopped by: E0308

use failclosed::{Action, Denial, guard::PermitFor, guarded};
use pay::transfers;

#[derive(Action)]
#[action(name = "purchase")]
pub struct Purchase;

#[derive(Action)]
#[action(name = "refund")]
pub struct Refund;

mod pay {
    use super::{Denial, Purchase, Refund, guarded};

    #[guarded]
    pub trait Payments {
        #[requires_permission(action = Purchase)]
        async fn charge(&self, amount: u64) -> Result<u64, Denial>;

        #[requires_permission(action = Purchase)]
        async fn subscribe(&self, amount: u64) -> Result<u64, Denial>;

        #[requires_permission(action = Refund)]
        async fn refund(&self, amount: u64) -> Result<u64, Denial>;
    }

    #[guarded]
    pub trait Transfers {
        #[requires_permission(action = Purchase)]
        async fn charge(&self, amount: u64) -> Result<u64, Denial>;
    }
}

fn relay<'call>(
    raw: &'call impl transfers::Raw,
    granted: PermitFor<'call, pay::payments::ChargeArgs<'call>>,
) -> impl Future<Output = Result<u64, Denial>> + Send {
    raw.granted_charge(granted)
}

fn main() {}
