//! One client behind a trait, guarded in several ways.

use std::sync::Arc;

use async_trait::async_trait;
use failclosed::{
    __private_0_1_0::{Asking, Entry, FromDenial, Question, enter},
    Denial, Guard, HasGuard, guarded, requires_permission,
};

/// The client.
pub struct Stripe;

/// What callers hold: the trait as `#[guarded]` makes it.
#[guarded]
pub trait Payments {
    /// Charges.
    #[requires_permission(action = "purchase")]
    async fn charge(&self, vendor: &str, amount: u64) -> Result<u64, Denial>;
}

#[guarded]
impl Payments for Stripe {
    async fn charge(&self, vendor: &str, amount: u64) -> Result<u64, Denial> {
        Ok(amount + vendor.len() as u64)
    }
}

/// The same trait without a guard.
#[async_trait]
pub trait Client: Send + Sync {
    /// Charges.
    async fn charge(&self, vendor: &str, amount: u64) -> Result<u64, Denial>;
}

#[async_trait]
impl Client for Stripe {
    async fn charge(&self, vendor: &str, amount: u64) -> Result<u64, Denial> {
        Ok(amount + vendor.len() as u64)
    }
}

/// The client with the attribute on its method, and nothing around it.
#[derive(HasGuard)]
pub struct Attributed {
    #[guard]
    guard: Guard,
}

#[async_trait]
impl Client for Attributed {
    #[requires_permission(action = "purchase")]
    async fn charge(&self, vendor: &str, amount: u64) -> Result<u64, Denial> {
        Ok(amount + vendor.len() as u64)
    }
}

/// A decorator for it, written by hand: the calls of the attribute's expansion, around the client.
pub struct ByHand<T> {
    guard: Guard,
    inner: T,
}

#[async_trait]
impl<T: Client> Client for ByHand<T> {
    async fn charge(&self, vendor: &str, amount: u64) -> Result<u64, Denial> {
        let show = |question: &mut Question<'_>| {
            question.argument("vendor", &vendor);
            question.argument("amount", &amount);
        };
        let asking = Asking::new(&self.guard, Entry::named("purchase"), &show);
        let call = match enter(&asking).await {
            Ok(call) => call,
            Err(denial) => return <Result<u64, Denial> as FromDenial>::from_denial(denial),
        };
        let result = self.inner.charge(vendor, amount).await;
        call.conclude(<Result<u64, Denial> as FromDenial>::failed(&result));
        result
    }
}

/// A decorator for it, generated.
#[guarded(remote = Client)]
#[async_trait]
pub trait Generated: Send + Sync {
    /// Charges.
    #[requires_permission(action = "purchase")]
    async fn charge(&self, vendor: &str, amount: u64) -> Result<u64, Denial>;
}

/// The derived caller trait.
pub fn derived(guard: &Guard) -> Arc<dyn Payments> {
    Arc::new(guard.wrap(Stripe))
}

/// The client without a guard.
pub fn unguarded() -> Arc<dyn Client> {
    Arc::new(Stripe)
}

/// The client that carries the attribute.
pub fn attributed(guard: &Guard) -> Arc<dyn Client> {
    Arc::new(Attributed { guard: guard.clone() })
}

/// The decorator by hand. It knows its client's type, which is the best case for it.
pub fn by_hand(guard: &Guard) -> Arc<dyn Client> {
    Arc::new(ByHand { guard: guard.clone(), inner: Stripe })
}

/// The generated decorator, likewise.
pub fn generated(guard: &Guard) -> Arc<dyn Client> {
    Arc::new(Generated::new(guard, Stripe))
}
