//! How long to wait before a batch is sent again, and until when.

use std::{
    hash::{BuildHasher as _, RandomState},
    time::{Duration, Instant},
};

const FIRST: Duration = Duration::from_millis(250);
/// Also where the receiver asks for more: it may be up again much earlier.
const LONGEST: Duration = Duration::from_secs(60);

pub(super) struct Patience {
    until: Instant,
    next: Duration,
}

impl Patience {
    pub(super) fn of(all: Duration) -> Self {
        Self { until: Instant::now() + all, next: FIRST }
    }

    /// How long to wait now: twice as long each time, or as long as the receiver asks for, and a little at
    /// random, so that many who lost it do not come back at once. `None` at the end.
    pub(super) fn next(&mut self, asked: Option<Duration>) -> Option<Duration> {
        let base = self.next.max(asked.unwrap_or_default()).min(LONGEST);
        self.next = (self.next * 2).min(LONGEST);
        let share = (RandomState::new().hash_one("jitter") % 1_000) as u32;
        let wait = base + base * share / 2_000;
        (Instant::now() + wait < self.until).then_some(wait)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

    use super::*;

    #[test]
    fn it_doubles_listens_and_ends() {
        let mut patience = Patience::of(Duration::from_secs(3600));
        let mut last = Duration::ZERO;
        for _ in 0..8 {
            let wait = patience.next(None).unwrap();
            assert!(wait > last && wait <= LONGEST * 3 / 2, "{wait:?} after {last:?}");
            last = wait;
        }
        let mut patience = Patience::of(Duration::from_secs(3600));
        assert!(patience.next(Some(Duration::from_secs(7))).unwrap() >= Duration::from_secs(7));
        assert!(patience.next(Some(Duration::from_secs(900))).unwrap() <= LONGEST * 3 / 2);
        assert_eq!(Patience::of(Duration::ZERO).next(None), None);
    }
}
