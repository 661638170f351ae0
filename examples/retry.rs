//! `cargo run --example retry`: two carriers behind one guarded trait, and a loop that tries again.
//! Each attempt, on each carrier, is authorised anew; the fallback cannot run on the primary's permit.

use std::{
    error::Error,
    fmt,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
};

use failclosed::{
    Decision, Denial, Guard, Subject, audit::MemoryLog, authority::answer_fn, guarded,
};
use failclosed_examples::print_log;

/// Why a parcel was not shipped.
#[derive(Debug)]
enum ShipError {
    /// No answer from the carrier.
    Down,
    /// No permission.
    Blocked(Denial),
}

impl From<Denial> for ShipError {
    fn from(denial: Denial) -> Self {
        Self::Blocked(denial)
    }
}

impl fmt::Display for ShipError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Down => f.write_str("the carrier is down"),
            Self::Blocked(denial) => denial.fmt(f),
        }
    }
}

impl Error for ShipError {}

/// What callers hold. Nothing but a guarded value implements it.
#[guarded]
trait Shipping {
    /// Sends a parcel.
    #[requires_permission(action = "ship", resource = to)]
    async fn ship(&self, to: &str, grams: u32) -> Result<String, ShipError>;

    /// Who it is.
    #[unguarded(reason = "moves no parcel")]
    fn name(&self) -> &'static str;
}

/// Is down for its first calls.
struct Primary {
    down_for: AtomicU32,
}

struct Fallback;

#[guarded]
impl Shipping for Primary {
    async fn ship(&self, to: &str, grams: u32) -> Result<String, ShipError> {
        let one_less = |left: u32| left.checked_sub(1);
        if self.down_for.fetch_update(Ordering::SeqCst, Ordering::SeqCst, one_less).is_ok() {
            return Err(ShipError::Down);
        }
        println!("    >>> the primary ships {grams} g to {to}");
        Ok(format!("{grams} g to {to} by the primary"))
    }

    fn name(&self) -> &'static str {
        "primary"
    }
}

#[guarded]
impl Shipping for Fallback {
    async fn ship(&self, to: &str, grams: u32) -> Result<String, ShipError> {
        println!("    >>> the fallback ships {grams} g to {to}");
        Ok(format!("{grams} g to {to} by the fallback"))
    }

    fn name(&self) -> &'static str {
        "fallback"
    }
}

/// Every carrier, twice. What an authority denied it is not asked again: the answer would be the same.
async fn ship(carriers: &[Arc<dyn Shipping>], to: &str, grams: u32) -> Result<String, ShipError> {
    let mut last = ShipError::Down;
    for carrier in carriers.iter().cycle().take(2 * carriers.len()) {
        println!("    trying the {}", carrier.name());
        match carrier.ship(to, grams).await {
            Err(ShipError::Blocked(denial)) if !denial.may_pass_later() => {
                return Err(denial.into());
            }
            Err(error) => last = error,
            shipped => return shipped,
        }
    }
    Err(last)
}

#[tokio::main]
async fn main() -> Result<(), Box<dyn Error>> {
    let log = MemoryLog::new();
    // Three calls are paid for.
    let left = AtomicU32::new(3);
    let authority = answer_fn(move |request| {
        let one_less = |left: u32| left.checked_sub(1);
        // The self check asks for what nothing may do; it must not cost a call.
        let known = request.action() == "ship";
        if known && left.fetch_update(Ordering::SeqCst, Ordering::SeqCst, one_less).is_ok() {
            Decision::allow().into()
        } else {
            Decision::deny("the budget is spent").into()
        }
    });
    let guard = Guard::builder(Subject::agent("shipper")?, authority, log.clone()).start().await?;
    let primary: Arc<dyn Shipping> = Arc::new(guard.wrap(Primary { down_for: AtomicU32::new(2) }));
    let fallback: Arc<dyn Shipping> = Arc::new(guard.wrap(Fallback));

    let carriers = [primary, fallback];

    for what in [
        "The primary is down: the fallback is asked about in its own right.",
        "Down again, and that was the last call paid for: the fallback has no permit to run on.",
    ] {
        println!("\n{what}");
        match ship(&carriers, "Lisbon", 400).await {
            Ok(receipt) => println!("    Shipped: {receipt}"),
            Err(error) => println!("    {error}"),
        }
    }

    println!("\nWhat was recorded:");
    print_log(&log);
    Ok(())
}
