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

struct Relay<T>(T, T);

impl<T: payments::Raw> payments::Raw for Relay<T> {
    fn granted_charge<'fc, 'call>(
        &'fc self,
        granted: PermitFor<'call, payments::ChargeArgs<'fc>>,
    ) -> impl Future<Output = Result<u64, Denial>> + Send + 'call
    where
        'fc: 'call,
    {
        { let _ = &granted; self.0.granted_charge(granted) }
    }

    fn granted_subscribe<'fc, 'call>(
        &'fc self,
        granted: PermitFor<'call, payments::SubscribeArgs<'fc>>,
    ) -> impl Future<Output = Result<u64, Denial>> + Send + 'call
    where
        'fc: 'call,
    {
        self.0.granted_subscribe(granted)
    }

    fn granted_refund<'fc, 'call>(
        &'fc self,
        granted: PermitFor<'call, payments::RefundArgs<'fc>>,
    ) -> impl Future<Output = Result<u64, Denial>> + Send + 'call
    where
        'fc: 'call,
    {
        self.0.granted_refund(granted)
    }
}

fn main() {}
