//! The one clock of a check.
//!
//! A timer alone is not enough: an authority that blocks its thread past the deadline is ready when
//! the timer finally runs, and `tokio::time::timeout` then hands its late allow through. So the
//! clock is read again after every answer. The timer is armed only when an answer is not at hand.
//!
//! That clock stands still while the machine sleeps, and the timer with it: an answer from before the
//! lid was closed would be in time the next morning. So an answer that was waited for has to be in
//! time by the clock on the wall as well, which can only make it late: set back, it changes nothing.

use std::{
    future::{Future, poll_fn},
    pin::{Pin, pin},
    task::{Context, Poll},
    time::{Duration, Instant, SystemTime},
};

use crate::contain::contain;

/// A point in time after which every answer is a denial. On the monotonic clock.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Deadline {
    began: Instant,
    due: Instant,
    limit: Duration,
}

/// Why there is no answer that counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Expired {
    /// It did not come in time, or came too late.
    Passed,
    /// Time cannot be kept here: no tokio runtime, or one without a timer.
    NoTimer,
}

/// How far the clock on the wall may be ahead of the other one after a wait: whoever sets it right
/// mostly does so by less.
const SET_AHEAD: Duration = Duration::from_secs(1);

/// An answer that is at hand takes less, on a machine that is not overloaded.
const BRIEF: Duration = Duration::from_micros(50);

/// How long a person's yes is held back for a cancel that was sent with it. Nobody notices it, and
/// it is many times what a message takes that is already on its way.
#[cfg(feature = "acp")]
const MOMENT: Duration = Duration::from_millis(20);

/// Lets a moment pass.
///
/// # Denies
/// Where time cannot be kept.
#[cfg(feature = "acp")]
pub(crate) async fn moment() -> Result<(), crate::decision::NoDecision> {
    let mut waiting = std::future::pending::<()>();
    match Deadline::after(MOMENT).wait(&mut waiting).await {
        Ok(()) | Err(Expired::Passed) => Ok(()),
        // FAIL CLOSED: a moment that cannot be waited for has not passed.
        Err(Expired::NoTimer) => {
            Err(crate::decision::NoDecision::unavailable("no timer to wait a moment with"))
        }
    }
}

/// Whether what is true `since` then has had no time to change.
pub(crate) fn is_brief(since: Instant, now: Instant) -> bool {
    now.saturating_duration_since(since) <= BRIEF
}

impl Deadline {
    pub(crate) fn after(limit: Duration) -> Self {
        let now = Instant::now();
        // FAIL CLOSED: a deadline past the end of the clock is one that has passed already.
        Self { began: now, due: now.checked_add(limit).unwrap_or(now), limit }
    }

    /// Whether by `now` so much time has passed that what could change has had the time to: a call of
    /// others' code that blocks is a wait like any other.
    pub(crate) fn took_time(&self, now: Instant) -> bool {
        !is_brief(self.began, now)
    }

    pub(crate) fn began(&self) -> Instant {
        self.began
    }

    pub(crate) fn limit(&self) -> Duration {
        self.limit
    }

    /// Polls once. What is ready in time is the answer; what is pending is left for
    /// [`wait`](Self::wait).
    pub(crate) fn first<F: Future + Unpin>(
        &self,
        future: &mut F,
        cx: &mut Context<'_>,
    ) -> Result<Poll<F::Output>, Expired> {
        let polled = Pin::new(future).poll(cx);
        if polled.is_ready() {
            self.check()?;
        }
        Ok(polled)
    }

    /// Waits for an answer, and for no longer than the deadline.
    pub(crate) async fn wait<F: Future + Unpin>(
        &self,
        future: &mut F,
    ) -> Result<F::Output, Expired> {
        self.wait_since(SystemTime::now(), future).await
    }

    async fn wait_since<F: Future + Unpin>(
        &self,
        began: SystemTime,
        future: &mut F,
    ) -> Result<F::Output, Expired> {
        let latest = self.due.saturating_duration_since(Instant::now()) + SET_AHEAD;
        // FAIL CLOSED: without a timer an answer that never comes could not be given up on.
        let timer =
            tokio::runtime::Handle::try_current().map_err(|_| Expired::NoTimer).and_then(|_| {
                let left = self.due.saturating_duration_since(Instant::now());
                contain(|| tokio::time::sleep(left)).map_err(|_| Expired::NoTimer)
            })?;
        let mut timer = pin!(timer);
        let output = poll_fn(|cx| match Pin::new(&mut *future).poll(cx) {
            Poll::Ready(output) => Poll::Ready(Ok(output)),
            // A future that uses up the task's budget at each poll leaves none to the timer, which
            // then never fires: the clock has the last word here too.
            Poll::Pending if self.check().is_err() => Poll::Ready(Err(Expired::Passed)),
            // FAIL CLOSED: the timer of a runtime that is shutting down panics.
            Poll::Pending => match contain(|| timer.as_mut().poll(cx)) {
                Ok(fired) => fired.map(|()| Err(Expired::Passed)),
                Err(_) => Poll::Ready(Err(Expired::NoTimer)),
            },
        })
        .await?;
        self.check()?;
        if SystemTime::now().duration_since(began).is_ok_and(|took| is_over(took, latest)) {
            // FAIL CLOSED: the machine slept. What was true before is not asked about now.
            return Err(Expired::Passed);
        }
        Ok(output)
    }

    /// Does nothing for a while, as between two tries.
    ///
    /// # Errors
    /// At once, where the deadline would pass meanwhile.
    #[cfg(feature = "http")]
    pub(crate) async fn pause(&self, length: Duration) -> Result<(), Expired> {
        // FAIL CLOSED: what cannot be waited for is given up before the wait, not after it.
        if self.due.saturating_duration_since(Instant::now()) <= length {
            return Err(Expired::Passed);
        }
        let mut timer =
            contain(|| Box::pin(tokio::time::sleep(length))).map_err(|_| Expired::NoTimer)?;
        poll_fn(|cx| match contain(|| timer.as_mut().poll(cx)) {
            Ok(fired) => fired.map(Ok),
            // FAIL CLOSED: as in `wait`.
            Err(_) => Poll::Ready(Err(Expired::NoTimer)),
        })
        .await
    }

    /// The time, to be read after every answer.
    pub(crate) fn check(&self) -> Result<Instant, Expired> {
        self.check_at(Instant::now())
    }

    fn check_at(&self, now: Instant) -> Result<Instant, Expired> {
        if now < self.due {
            Ok(now)
        } else {
            // FAIL CLOSED: a late yes is a no.
            Err(Expired::Passed)
        }
    }
}

/// Whether a wait took longer than it may have, by the clock on the wall.
fn is_over(took: Duration, latest: Duration) -> bool {
    took > latest
}

#[cfg(test)]
mod tests {
    use std::future::ready;

    use super::*;

    /// As after a sleep: one clock went on, and the other did not.
    #[tokio::test]
    async fn an_answer_from_before_a_sleep_is_late() {
        let deadline = Deadline::after(Duration::from_secs(60));
        let (now, second) = (SystemTime::now(), Duration::from_secs(1));
        for ago in [62 * second, 3_600 * second] {
            let waited = deadline.wait_since(now - ago, &mut ready(())).await;
            assert_eq!(waited, Err(Expired::Passed), "{ago:?}");
        }
        // Nor does a clock that is set while somebody waits deny more than it must.
        for began in [now, now - 59 * second, now + 3_600 * second] {
            assert_eq!(deadline.wait_since(began, &mut ready(())).await, Ok(()), "{began:?}");
        }
        assert_eq!(deadline.wait(&mut ready(())).await, Ok(()));
    }

    /// Neither a moment nor a pause ends before its time, or where there is none to wait with.
    #[cfg(all(feature = "acp", feature = "http"))]
    #[tokio::test(start_paused = true)]
    async fn a_wait_takes_its_time() {
        let clock = tokio::time::Instant::now;
        let began = clock();
        assert!(moment().await.is_ok());
        assert!(clock() - began >= MOMENT);
        let (deadline, length) = (Deadline::after(Duration::from_secs(60)), 10 * MOMENT);
        let began = clock();
        assert_eq!(deadline.pause(length).await, Ok(()));
        assert!(clock() - began >= length);
        // What would end behind the deadline does not begin.
        let began = clock();
        assert_eq!(deadline.pause(Duration::from_secs(61)).await, Err(Expired::Passed));
        assert_eq!(clock(), began);
    }

    /// An answer that comes at the deadline is late: one of no time at all would leave time for it.
    #[test]
    fn what_is_due_is_late() {
        let (now, tick) = (Instant::now(), Duration::from_nanos(1));
        let deadline = Deadline { began: now, due: now + tick, limit: tick };
        assert_eq!(deadline.check_at(now), Ok(now));
        assert_eq!(deadline.check_at(now + tick), Err(Expired::Passed));
        assert_eq!(deadline.check_at(now + 2 * tick), Err(Expired::Passed));
        assert_eq!(Deadline::after(Duration::MAX).check(), Err(Expired::Passed));
    }

    /// The clock on the wall denies only what is past its own allowance.
    #[test]
    fn a_wait_may_take_all_of_its_time() {
        let tick = Duration::from_nanos(1);
        assert!(!is_over(SET_AHEAD - tick, SET_AHEAD));
        assert!(!is_over(SET_AHEAD, SET_AHEAD));
        assert!(is_over(SET_AHEAD + tick, SET_AHEAD));
    }

    #[cfg(feature = "acp")]
    #[test]
    fn a_moment_without_a_timer_has_not_passed() {
        let waker = std::task::Waker::noop();
        let polled = pin!(moment()).poll(&mut Context::from_waker(waker));
        assert!(matches!(polled, Poll::Ready(Err(_))), "{polled:?}");
    }

    #[test]
    fn time_is_taken_from_the_beginning() {
        let (second, now) = (Duration::from_secs(1), Instant::now());
        let since = |began| Deadline { began, due: now + second, limit: second };
        assert!(since(now - second).took_time(now));
        assert!(!since(now + second).took_time(now));
        assert!(!since(now - BRIEF).took_time(now));
        assert_eq!(Deadline::after(second).limit(), second);
    }
}
