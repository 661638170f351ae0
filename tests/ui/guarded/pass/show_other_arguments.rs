use std::future::Future;

use failclosed::{__private_0_1_0 as private, Action, Denial, guarded};

#[derive(Action)]
#[action(name = "purchase")]
pub struct Purchase;

#[guarded]
pub trait Payments {
    #[requires_permission(action = Purchase)]
    async fn charge(&self, amount: u64) -> Result<u64, Denial>;
}

pub struct Stripe;

#[guarded]
impl Payments for Stripe {
    async fn charge(&self, amount: u64) -> Result<u64, Denial> {
        Ok(amount)
    }
}

pub struct Mine(Stripe);

impl<'m> private::Behind<&'m Mine> for payments::ChargeArgs<'m> {
    type Output = Result<u64, Denial>;

    fn of<'o>(_: &'o &'m Mine) -> &'o () {
        &()
    }

    fn call<'call>(
        on: &'m Mine,
        granted: private::PermitFor<'call, Self>,
    ) -> impl Future<Output = Result<u64, Denial>> + Send + 'call
    where
        &'m Mine: 'call,
        Self: 'call,
    {
        payments::Raw::granted_charge(&on.0, granted)
    }
}

fn main() {}
