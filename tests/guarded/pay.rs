//! A guarded trait with every form of method, and two implementations of it.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use failclosed::{Action, Denial, Guard, Guarded, Locked, Permit, guarded};

/// How often bodies ran.
#[derive(Debug, Clone, Default)]
pub struct Ran(Arc<AtomicUsize>);

impl Ran {
    pub fn once_more(&self) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }

    pub fn times(&self) -> usize {
        self.0.load(Ordering::SeqCst)
    }
}

/// What the lock opens to.
#[derive(Debug, Action)]
#[action(name = "purchase")]
pub struct Purchase;

/// A type that the trait names by a path of its own.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Order {
    pub vendor: String,
    pub amount: u64,
}

/// Not `Serialize`: it has to be left out.
#[derive(Debug)]
pub struct Card(pub u32);

fn counter(vendor: &str) -> String {
    format!("shop/{vendor}")
}

/// Takes payments.
#[guarded]
pub trait Payments: std::fmt::Debug {
    /// Borrowed and owned arguments, a type as the action.
    #[requires_permission(action = Purchase, resource = vendor)]
    async fn charge(&self, vendor: &str, amount: u64) -> Result<u64, Denial>;

    /// A name as the action, arguments picked and left out.
    #[requires_permission(
        action = "order",
        resource = counter(&order.vendor),
        args(vendor = order.vendor, total = order.amount + 1),
        skip(order, card)
    )]
    async fn order(&self, order: &super::pay::Order, card: Card) -> Result<u64, Denial>;

    /// `&mut self`, nothing to show.
    #[requires_permission(action = "close")]
    async fn close(&mut self) -> Result<(), Denial>;

    /// Named lifetimes, and a result that borrows.
    #[requires_permission(action = "find")]
    async fn find<'a, 'b>(&self, first: &'a str, second: &'b mut String) -> Result<&'a str, Denial>
    where
        'b: 'a;

    /// A result that borrows from the implementation.
    #[requires_permission(action = "name")]
    async fn name(&self, _prefix: &str) -> Result<&str, Denial>;

    /// A result that cannot hold a denial by itself.
    #[requires_permission(action = "count", on_denied = zero)]
    async fn count(&self) -> usize;

    /// A default body, which sees no more than implementations do.
    #[requires_permission(action = "twice")]
    async fn twice(&self, mut amount: u64) -> Result<u64, Denial> {
        self.seen();
        amount *= 2;
        Ok(amount)
    }

    /// Unguarded and `async`.
    #[unguarded(reason = "moves nothing")]
    async fn ping(&self, text: &str) -> String;

    /// Unguarded.
    #[unguarded(reason = "reads no account")]
    fn currency(&self) -> &'static str;

    /// Counts a default body.
    #[unguarded(reason = "for the tests")]
    fn seen(&self) {}

    /// Not there.
    #[cfg(any())]
    #[requires_permission(action = "nothing")]
    async fn absent(&self, of: NoSuchType) -> Result<(), Denial>;
}

fn zero(_: Denial) -> usize {
    0
}

/// The implementation whose client is locked.
#[derive(Debug)]
pub struct Stripe {
    pub ran: Ran,
    pub client: Locked<u64, Purchase>,
}

#[guarded]
impl Payments for Stripe {
    async fn charge(
        &self,
        #[permit] permit: Permit<'_, Purchase>,
        vendor: &str,
        mut amount: u64,
    ) -> Result<u64, Denial> {
        self.ran.once_more();
        tokio::task::yield_now().await;
        amount += self.client.open(&permit);
        Ok(amount + vendor.len() as u64)
    }

    async fn order(&self, Order { vendor, amount }: &Order, card: Card) -> Result<u64, Denial> {
        self.ran.once_more();
        if vendor.is_empty() {
            return Ok(0);
        }
        Ok(*amount + u64::from(card.0))
    }

    async fn close(&mut self) -> Result<(), Denial> {
        self.ran.once_more();
        Ok(())
    }

    async fn find<'a, 'b>(&self, first: &'a str, second: &'b mut String) -> Result<&'a str, Denial>
    where
        'b: 'a,
    {
        self.ran.once_more();
        second.push_str(first);
        Ok(&second[1..])
    }

    async fn name(&self, _prefix: &str) -> Result<&str, Denial> {
        self.ran.once_more();
        Ok("stripe")
    }

    async fn count(&self) -> usize {
        self.ran.once_more();
        1
    }

    #[unguarded]
    async fn ping(&self, text: &str) -> String {
        text.to_owned()
    }

    fn currency(&self) -> &'static str {
        "EUR"
    }

    fn seen(&self) {
        self.ran.once_more();
    }
}

impl Stripe {
    pub fn new(ran: &Ran) -> Self {
        Self { ran: ran.clone(), client: Locked::new(700) }
    }
}

/// The type callers hold, where they must name it.
pub type Wrapped = Guarded<dyn payments::Raw>;

pub fn wrapped(guard: &Guard, ran: &Ran) -> Wrapped {
    guard.wrap(Stripe::new(ran))
}
