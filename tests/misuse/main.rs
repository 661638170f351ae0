//! Mistakes that people make *with* this library, each run as they would write it, and what stops it
//! now. What nothing stops is run too, so that the guide counts it honestly.
//!
//! Each is a test with a line `// stopped by: ..` above it: `a refused start`, `a denial` or `nothing`.
//! Those that do not compile are attempts in `ui/`. The guide's page `use_these` has a row for each.

#![allow(missing_docs, clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod around;
mod authority;
mod body;
mod person;
mod start;
mod table;

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use failclosed::{Authority, Denial, Guard, Subject, audit::MemoryLog, guard::GuardBuilder};

/// Stands for the effect: what was charged in all, in cents.
#[derive(Debug, Clone, Default)]
struct Till(Arc<AtomicU64>);

impl Till {
    fn charge(&self, cents: u64) {
        self.0.fetch_add(cents, Ordering::SeqCst);
    }

    fn charged(&self) -> u64 {
        self.0.load(Ordering::SeqCst)
    }
}

#[failclosed::requires_permission(action = "purchase", skip(till))]
async fn purchase(till: &Till, cents: u64) -> Result<(), Denial> {
    till.charge(cents);
    Ok(())
}

fn shopper() -> Subject {
    Subject::agent("shopper").unwrap()
}

fn builder(authority: impl Authority + 'static) -> GuardBuilder {
    Guard::builder(shopper(), authority, MemoryLog::new())
}
