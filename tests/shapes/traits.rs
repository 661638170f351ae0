//! Methods of traits, native and through `#[async_trait]`.

use async_trait::async_trait;
use failclosed::{Denial, Guard, HasGuard, requires_permission};

use crate::{Ran, Shape, shape};

#[derive(HasGuard)]
struct Stripe {
    #[guard]
    guard: Guard,
}

#[allow(async_fn_in_trait, reason = "a shape as users write it")]
trait Native {
    async fn charge(&self, amount: u64, ran: &Ran) -> Result<u64, Denial>;

    #[requires_permission(action = "refund", skip(ran))]
    async fn refund(&self, amount: u64, ran: &Ran) -> Result<u64, Denial>
    where
        Self: HasGuard,
    {
        ran.once_more();
        Ok(amount)
    }
}

impl Native for Stripe {
    #[requires_permission(action = "purchase", skip(ran))]
    async fn charge(&self, amount: u64, ran: &Ran) -> Result<u64, Denial> {
        ran.once_more();
        Ok(amount)
    }
}

#[async_trait]
trait Boxed {
    async fn charge(&self, vendor: &str, amount: u64, ran: &Ran) -> Result<u64, Denial>;
}

#[async_trait]
impl Boxed for Stripe {
    #[requires_permission(action = "purchase", skip(ran))]
    async fn charge(&self, vendor: &str, amount: u64, ran: &Ran) -> Result<u64, Denial> {
        tokio::task::yield_now().await;
        ran.once_more();
        Ok(amount + vendor.len() as u64)
    }
}

#[async_trait(?Send)]
trait Local {
    async fn charge(&mut self, amount: u64, ran: &Ran) -> Result<u64, Denial>;
}

#[async_trait(?Send)]
impl Local for Stripe {
    #[requires_permission(action = "purchase", skip(ran))]
    async fn charge(&mut self, mut amount: u64, ran: &Ran) -> Result<u64, Denial> {
        amount += 1;
        ran.once_more();
        Ok(amount)
    }
}

pub fn shapes() -> Vec<Shape> {
    vec![
        shape!("native async fn of a trait", |guard, ran| {
            Native::charge(&Stripe { guard }, 742, ran).await
        }),
        shape!("default body of a trait", |guard, ran| Stripe { guard }.refund(742, ran).await),
        shape!("#[async_trait]", |guard, ran| {
            let stripe: Box<dyn Boxed> = Box::new(Stripe { guard });
            stripe.charge("v", 742, ran).await
        }),
        shape!("#[async_trait(?Send)]", |guard, ran| {
            Local::charge(&mut Stripe { guard }, 742, ran).await
        }),
    ]
}
