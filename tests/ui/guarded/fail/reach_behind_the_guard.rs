// attempt: reach the raw value through the hidden API, outside the trait's module
// stopped by: E0603

use failclosed::{Action, Denial, Guarded, guarded};


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

fn open(guarded: &Guarded<dyn pay::payments::Raw>) {
    use failclosed::__private_0_1_0::OnlyGuarded;
    drop(OnlyGuarded::__failclosed_behind(guarded, pay::payments::__failclosed::__Key(())));
}

fn main() {}
