//! How many callers share one write.

use std::time::{Duration, Instant};

/// The longest time that a decision waits for others to be written with.
const LONGEST: Duration = Duration::from_millis(2);

/// Whom the next write waits for, by what the last one was. Callers that were answered together come back
/// together: one who is a little earlier would otherwise have a sync of its own, and all others wait for it.
/// Where one came alone, nobody is waited for.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Gather {
    callers: usize,
    took: Duration,
}

impl Gather {
    /// After a write with so many decisions, which took so long.
    pub(super) fn after(callers: usize, took: Duration) -> Self {
        Self { callers, took }
    }

    /// With so many nobody else is waited for.
    pub(super) fn callers(self) -> usize {
        self.callers
    }

    /// The end of the wait: long before another write would have been done.
    pub(super) fn until(self, now: Instant) -> Option<Instant> {
        (self.callers > 1).then(|| now + (self.took / 4).min(LONGEST))
    }
}
