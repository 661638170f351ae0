//! What waits for the store, and who waits for it.

use std::{
    collections::VecDeque,
    mem,
    sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError},
    task::{Context, Poll, Waker},
    time::{Duration, Instant},
};

use super::gather::Gather;
use crate::audit::{NotRecorded, StoreError, line::Draft};

/// So long outcomes wait for a decision to be written with. Nobody waits for them, and a sync of their own is
/// one that the next decisions have to wait for.
const OUTCOMES_WAIT: Duration = Duration::from_millis(5);

/// Between the guards and the thread of the store.
pub(super) struct Queue {
    length: usize,
    state: Mutex<State>,
    /// Something to do.
    work: Condvar,
}

#[derive(Default)]
struct State {
    jobs: VecDeque<Job>,
    decisions: usize,
    /// With so many decisions the thread wants to be woken.
    wanted: usize,
    /// When the oldest outcome was put here.
    outcomes_since: Option<Instant>,
    /// Who waits for room.
    waiting: Vec<Waker>,
    lost: u64,
    closing: bool,
    /// What came of closing, once the thread has ended.
    ended: Option<Result<(), StoreError>>,
    closers: Vec<Waker>,
}

/// One record that waits.
pub(super) struct Job {
    pub(super) draft: Draft,
    /// Nobody waits for an outcome.
    done: Option<Arc<Slot>>,
}

/// Where the result of one record is left.
#[derive(Default)]
struct Slot(Mutex<Left>);

#[derive(Default)]
struct Left {
    result: Option<Result<(), String>>,
    waker: Option<Waker>,
}

/// A decision in the queue.
pub(super) struct Ticket(Arc<Slot>);

/// Why a decision is not in the queue.
pub(super) enum Refused {
    Full(Draft),
    Closed,
}

/// Nothing panics while one of these is held, and whatever was written under it is whole.
fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Queue {
    pub(super) fn new(length: usize) -> Self {
        Self { length, state: Mutex::default(), work: Condvar::new() }
    }

    pub(super) fn put(&self, draft: Draft) -> Result<Ticket, Refused> {
        self.put_in(&mut locked(&self.state), draft)
    }

    /// Where there is no room, `cx` is woken when there is some.
    pub(super) fn put_or_wait(&self, draft: Draft, cx: &Context<'_>) -> Result<Ticket, Refused> {
        let mut state = locked(&self.state);
        let put = self.put_in(&mut state, draft);
        if matches!(put, Err(Refused::Full(_))) {
            state.waiting.push(cx.waker().clone());
        }
        put
    }

    fn put_in(&self, state: &mut State, draft: Draft) -> Result<Ticket, Refused> {
        if state.closing {
            // FAIL CLOSED: nobody will write it.
            return Err(Refused::Closed);
        }
        if state.decisions >= self.length {
            // FAIL CLOSED: what has no room has no record; the guard's deadline ends the wait.
            return Err(Refused::Full(draft));
        }
        let slot = Arc::new(Slot::default());
        state.decisions += 1;
        state.jobs.push_back(Job { draft, done: Some(Arc::clone(&slot)) });
        if state.decisions >= state.wanted.min(self.length) {
            self.work.notify_one();
        }
        Ok(Ticket(slot))
    }

    /// An outcome has room of its own, so that traffic does not push it out.
    pub(super) fn put_outcome(&self, draft: Draft) {
        let mut state = locked(&self.state);
        let outcomes = state.jobs.len() - state.decisions;
        if state.closing || outcomes >= self.length {
            drop(state);
            return self.lose(1);
        }
        state.jobs.push_back(Job { draft, done: None });
        if outcomes == 0 {
            state.outcomes_since = Some(Instant::now());
        }
        // The first, so that the thread wakes in time for it; and many, so that there is room for the next ones.
        if outcomes == 0 || state.is_full_of_outcomes(self.length) {
            self.work.notify_one();
        }
    }

    pub(super) fn lose(&self, outcomes: u64) {
        locked(&self.state).lost += outcomes;
        crate::contain::trace(|| {
            tracing::error!(target: "failclosed", outcomes, "outcomes could not be recorded");
            tracing::event!(
                target: "failclosed::metrics", tracing::Level::TRACE,
                monotonic_counter.failclosed.records.lost = outcomes,
                failclosed.record = "outcome"
            );
        });
    }

    pub(super) fn lost(&self) -> u64 {
        locked(&self.state).lost
    }

    /// Decisions and outcomes that no thread has taken yet.
    pub(super) fn waiting(&self) -> usize {
        locked(&self.state).jobs.len()
    }

    pub(super) fn close(&self) {
        locked(&self.state).closing = true;
        self.work.notify_one();
    }

    pub(super) fn poll_closed(&self, cx: &Context<'_>) -> Poll<Result<(), StoreError>> {
        let mut state = locked(&self.state);
        if let Some(ended) = &state.ended {
            return Poll::Ready(ended.clone());
        }
        state.closers.push(cx.waker().clone());
        Poll::Pending
    }

    /// Everything that waits; nothing, when the time has come; `None` at the end. It begins with a decision, and
    /// with outcomes alone where no decision comes; then it lasts until all have come who are expected.
    pub(super) fn take(&self, due: Option<Instant>, gather: Gather) -> Option<Vec<Job>> {
        let mut state = locked(&self.state);
        state.wanted = 1;
        while state.decisions == 0 && !state.is_full_of_outcomes(self.length) {
            if state.closing {
                if state.jobs.is_empty() {
                    return None;
                }
                break;
            }
            let outcomes_due = state.outcomes_since.map(|since| since + OUTCOMES_WAIT);
            let now = Instant::now();
            if outcomes_due.is_some_and(|at| at <= now) {
                break;
            }
            if due.is_some_and(|at| at <= now) {
                return Some(Vec::new());
            }
            state = self.wait(state, [due, outcomes_due].into_iter().flatten().min());
        }
        let until = gather.until(Instant::now());
        state.wanted = gather.callers();
        while let Some(until) = until
            && state.decisions < state.wanted.min(self.length)
            && !state.closing
            && Instant::now() < until
        {
            state = self.wait(state, Some(until));
        }
        state.outcomes_since = None;
        state.decisions = 0;
        let (jobs, waiting) = (mem::take(&mut state.jobs), mem::take(&mut state.waiting));
        drop(state);
        waiting.into_iter().for_each(Waker::wake);
        Some(jobs.into())
    }

    fn wait<'q>(
        &self,
        state: MutexGuard<'q, State>,
        until: Option<Instant>,
    ) -> MutexGuard<'q, State> {
        match until {
            None => self.work.wait(state).unwrap_or_else(PoisonError::into_inner),
            Some(until) => {
                let left = until.saturating_duration_since(Instant::now());
                self.work.wait_timeout(state, left).unwrap_or_else(PoisonError::into_inner).0
            }
        }
    }

    /// The thread has ended. Whoever still waits is told so.
    pub(super) fn ended(&self, result: Result<(), StoreError>) {
        let mut state = locked(&self.state);
        state.closing = true;
        state.ended = Some(result);
        state.decisions = 0;
        let jobs = mem::take(&mut state.jobs);
        let waiting = mem::take(&mut state.waiting);
        let closers = mem::take(&mut state.closers);
        drop(state);
        drop(jobs);
        waiting.into_iter().chain(closers).for_each(Waker::wake);
    }
}

impl State {
    fn is_full_of_outcomes(&self, length: usize) -> bool {
        !self.jobs.is_empty() && self.jobs.len() - self.decisions >= length.div_ceil(2)
    }
}

impl Job {
    pub(super) fn is_outcome(&self) -> bool {
        self.done.is_none()
    }

    pub(super) fn finish(&mut self, result: Result<(), String>) {
        if let Some(slot) = self.done.take() {
            slot.set(result);
        }
    }
}

impl Drop for Job {
    fn drop(&mut self) {
        if let Some(slot) = self.done.take() {
            // FAIL CLOSED: whatever became of the thread, it did not write this.
            slot.set(Err("the thread of the audit log has ended".into()));
        }
    }
}

impl Slot {
    fn set(&self, result: Result<(), String>) {
        let waker = {
            let mut slot = locked(&self.0);
            slot.result = Some(result);
            slot.waker.take()
        };
        if let Some(waker) = waker {
            waker.wake();
        }
    }
}

impl Ticket {
    pub(super) fn poll(&self, cx: &Context<'_>) -> Poll<Result<(), NotRecorded>> {
        let mut slot = locked(&self.0.0);
        match slot.result.take() {
            Some(result) => Poll::Ready(result.map_err(NotRecorded::new)),
            None => {
                slot.waker = Some(cx.waker().clone());
                Poll::Pending
            }
        }
    }
}

#[cfg(test)]
mod tests;
