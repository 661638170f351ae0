//! Inherent `impl`s, `impl`s of a foreign trait, and decorators: every function says what it is.

use async_trait::async_trait;
use failclosed::{Cause, Denial, Guard, HasGuard, audit::MemoryLog, guarded, requires_permission};

use crate::{Behaviour, guard, pay::Ran};

#[derive(HasGuard)]
pub struct Shop {
    #[guard]
    guard: Guard,
    desk: Guard,
    ran: Ran,
}

#[guarded(guard = self.desk, on_denied = blocked)]
impl Shop {
    const LIMIT: u64 = 500;

    #[unguarded(reason = "builds the value; acts on nothing")]
    fn new(guard: &Guard, desk: &Guard, ran: &Ran) -> Self {
        Self { guard: guard.clone(), desk: desk.clone(), ran: ran.clone() }
    }

    /// By the defaults of the block.
    #[requires_permission(action = "purchase")]
    async fn charge(&self, amount: u64) -> String {
        self.ran.once_more();
        format!("charged {}", amount.min(Self::LIMIT))
    }

    /// By its own guard; a path and a trailing comma.
    #[failclosed::requires_permission(action = "refund", guard = self.guard, on_denied = own,)]
    async fn refund(&self) -> String {
        self.ran.once_more();
        "refunded".to_owned()
    }
}

fn blocked(denial: Denial) -> String {
    format!("by the block: {denial}")
}

fn own(denial: Denial) -> String {
    format!("by the function: {denial}")
}

#[tokio::test]
async fn options_of_the_block_are_defaults_for_its_functions() {
    let (log, ran) = (MemoryLog::new(), Ran::default());
    let (yes, no) = (guard(Behaviour::Allow, &log), guard(Behaviour::Deny, &log));
    let shop = Shop::new(&yes, &no, &ran);
    assert_eq!(shop.charge(742).await, "by the block: Blocked: not today");
    assert_eq!((shop.refund().await, ran.times()), ("refunded".to_owned(), 1));
    let shop = Shop::new(&no, &yes, &ran);
    assert_eq!((shop.charge(742).await, ran.times()), ("charged 500".to_owned(), 2));
    assert_eq!(shop.refund().await, "by the function: Blocked: not today");
    assert_eq!(ran.times(), 2);
}

/// Stands for a trait of somebody else's.
mod vendor {
    #[allow(async_fn_in_trait, reason = "as foreign traits are")]
    pub trait Client {
        async fn charge(&self, vendor: &str, amount: u64) -> Result<u64, failclosed::Denial>;
        fn currency(&self) -> &'static str;
    }

    #[async_trait::async_trait]
    pub trait Boxed {
        async fn charge(&mut self, amount: u64) -> Result<u64, failclosed::Denial>;
    }
}

#[guarded]
impl vendor::Client for Shop {
    #[requires_permission(action = "purchase")]
    async fn charge(&self, vendor: &str, amount: u64) -> Result<u64, Denial> {
        self.ran.once_more();
        Ok(amount + vendor.len() as u64)
    }

    #[unguarded(reason = "reads no account")]
    fn currency(&self) -> &'static str {
        "EUR"
    }
}

/// A client as somebody else wrote it.
struct Theirs(Ran);

impl vendor::Client for Theirs {
    async fn charge(&self, vendor: &str, amount: u64) -> Result<u64, Denial> {
        self.0.once_more();
        Ok(amount + vendor.len() as u64)
    }

    fn currency(&self) -> &'static str {
        "EUR"
    }
}

#[async_trait]
impl vendor::Boxed for Theirs {
    async fn charge(&mut self, amount: u64) -> Result<u64, Denial> {
        self.0.once_more();
        Ok(amount)
    }
}

/// The client, behind a guard.
#[guarded(remote = vendor::Client)]
pub trait GuardedClient {
    #[requires_permission(action = "purchase", resource = vendor)]
    async fn charge(&self, vendor: &str, amount: u64) -> Result<u64, Denial>;

    #[unguarded(reason = "reads no account")]
    fn currency(&self) -> &'static str;
}

/// The other one; its attribute goes with it.
#[guarded(remote = vendor::Boxed)]
#[async_trait]
trait GuardedBoxed: Send + Sync {
    #[requires_permission(action = "purchase")]
    async fn charge(&mut self, amount: u64) -> Result<u64, Denial>;
}

#[tokio::test(start_paused = true)]
async fn every_way_to_a_foreign_trait_asks_first() {
    use vendor::{Boxed as _, Client as _};
    for (behaviour, cause) in crate::BEHAVIOURS {
        let (log, ran) = (MemoryLog::new(), Ran::default());
        let guard = guard(behaviour, &log);
        let bodies = usize::from(cause.is_none());
        let of = |denied: Result<u64, Denial>| denied.err().map(|denial| denial.cause());

        let shop = Shop::new(&guard, &guard, &ran);
        assert_eq!(of(vendor::Client::charge(&shop, "v", 742).await), cause);
        assert_eq!((ran.times(), vendor::Client::currency(&shop)), (bodies, "EUR"));

        let client = GuardedClient::new(&guard, Theirs(ran.clone()));
        assert_eq!(of(client.charge("v", 742).await), cause);
        assert_eq!((ran.times(), client.currency()), (2 * bodies, "EUR"));

        let mut client = GuardedBoxed::new(&guard, Theirs(ran.clone()));
        assert_eq!(of(client.charge(742).await), cause);
        assert_eq!(ran.times(), 3 * bodies);
        assert_eq!(log.entries().len(), if cause.is_none() { 6 } else { 3 });
        assert!(cause != Some(Cause::Cancelled));
    }
}
