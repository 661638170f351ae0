//! The executor that must not run.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use failclosed::{Denial, Guard, HasGuard, requires_permission};

/// A guarded service. Every guarded body in the proofs calls [`ran`](Self::ran) first.
#[derive(Debug, Clone, HasGuard)]
pub struct Shop {
    #[guard]
    guard: Guard,
    charged: Arc<AtomicUsize>,
}

impl Shop {
    pub fn new(guard: Guard) -> Self {
        Self { guard, charged: Arc::default() }
    }

    pub fn guard(&self) -> &Guard {
        &self.guard
    }

    /// A body ran.
    pub fn ran(&self) {
        self.charged.fetch_add(1, Ordering::SeqCst);
    }

    /// How many bodies ran.
    pub fn bodies(&self) -> usize {
        self.charged.load(Ordering::SeqCst)
    }

    /// The executor of the seeds.
    #[requires_permission(action = "purchase", resource = vendor)]
    pub async fn charge(&self, vendor: &str, amount: u64) -> Result<u64, Denial> {
        assert!(!vendor.is_empty());
        self.ran();
        Ok(amount)
    }
}
