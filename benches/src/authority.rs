//! Whom the executors ask.

use std::{
    future::Future,
    hint::black_box,
    sync::atomic::{AtomicU32, AtomicU64, Ordering},
    time::{Duration, Instant},
};

use failclosed::{Authority, Decision, Denial, Request, authority::Answer};
use tokio::runtime::Runtime;

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

    /// How long so many decisions take. `call` is guarded by a guard that asks this authority.
    pub fn sample<T>(
        &self,
        runtime: &Runtime,
        operations: u32,
        call: impl Future<Output = Result<T, Denial>>,
    ) -> Duration {
        self.operations.store(operations, Ordering::Relaxed);
        match runtime.block_on(call) {
            Ok(_) => Duration::from_nanos(self.took.load(Ordering::Relaxed)),
            // A denial has no cost to show; its row is absurd, so that it is seen.
            Err(_) => Duration::MAX,
        }
    }
}

impl Authority for Timed {
    fn decide<'a>(&'a self, request: &'a Request<'a>) -> Answer<'a> {
        Answer::pending(async move {
            let start = Instant::now();
            for _ in 0..self.operations.load(Ordering::Relaxed) {
                if !matches!(self.authority.decide(black_box(request)).await?, Decision::Allow(_)) {
                    return Ok(Decision::deny("timed a denial"));
                }
            }
            let took = u64::try_from(start.elapsed().as_nanos())?;
            self.took.store(took, Ordering::Relaxed);
            Ok(Decision::allow())
        })
    }
}
