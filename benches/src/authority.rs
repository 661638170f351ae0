//! Whom the executors ask.

use std::{
    hint::black_box,
    sync::atomic::{AtomicU32, AtomicU64, Ordering},
    time::{Duration, Instant},
};

use failclosed::{Answer, Authority, Decision, Denial, Guard, Request};
use tokio::runtime::Runtime;

use crate::executor::purchase;

/// Says yes at once, behind a `dyn` like every authority of a guard.
pub struct Ready;

impl Authority for Ready {
    fn decide<'a>(&'a self, _: &'a Request<'a>) -> Answer<'a> {
        Decision::allow().into()
    }
}

/// Times an authority from inside a call: only there is a request to ask it about.
pub struct Timed {
    authority: Box<dyn Authority>,
    operations: AtomicU32,
    took: AtomicU64,
}

impl Timed {
    /// Times this one.
    pub fn new(authority: impl Authority + 'static) -> Self {
        Self {
            authority: Box::new(authority),
            operations: AtomicU32::new(0),
            took: AtomicU64::new(0),
        }
    }

    /// How long so many decisions take. `guard` asks this authority.
    ///
    /// # Errors
    /// The guard's.
    pub fn sample(
        &self,
        runtime: &Runtime,
        guard: &Guard,
        operations: u32,
    ) -> Result<Duration, Denial> {
        self.operations.store(operations, Ordering::Relaxed);
        runtime.block_on(guard.scope(purchase("coachella.com", 742)))?;
        Ok(Duration::from_nanos(self.took.load(Ordering::Relaxed)))
    }
}

impl Authority for Timed {
    fn decide<'a>(&'a self, request: &'a Request<'a>) -> Answer<'a> {
        Answer::pending(async move {
            let start = Instant::now();
            for _ in 0..self.operations.load(Ordering::Relaxed) {
                let _ = black_box(self.authority.decide(black_box(request)).await?);
            }
            let took = u64::try_from(start.elapsed().as_nanos())?;
            self.took.store(took, Ordering::Relaxed);
            Ok(Decision::allow())
        })
    }
}
