// attempt: build what is granted out of arguments
// stopped by: E0451

use failclosed::{Action, Denial, guard::PermitFor, guarded};
use pay::payments;

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

fn build<'call>(
    call: &'call failclosed::__private_0_1_0::Call<'static, Purchase>,
    arguments: payments::ChargeArgs<'call>,
    granted: PermitFor<'call, payments::ChargeArgs<'call>>,
) -> PermitFor<'call, payments::ChargeArgs<'call>> {
    { let _ = granted; PermitFor { permit: call.permit(), arguments } }
}

fn main() {}
