//! The thread of a store: it gives each record its place in the chain, and appends all that wait.

use std::{mem, sync::Arc, time::Instant};

use super::queue::{Job, Queue};
use crate::{
    audit::{End, Line, Store, StoreError, line::Draft},
    contain::{Panicked, contain},
};

pub(super) struct Committer<S> {
    store: S,
    queue: Arc<Queue>,
    next: u64,
    hash: String,
    /// What the first append says before anything else.
    repaired: Option<Draft>,
    /// Lost outcomes that are on record.
    told: u64,
    /// What was appended last, where that failed.
    failed: Option<Failed>,
}

/// An append of which the store said that it does not count.
struct Failed {
    /// Where the log would end if it did.
    next: u64,
    hash: String,
    /// Lost outcomes that would be on record, among them those that were written by it.
    told: u64,
}

impl<S: Store> Committer<S> {
    pub(super) fn new(store: S, end: End, queue: Arc<Queue>) -> Self {
        let End { next, hash, repaired } = end;
        let repaired = repaired.as_ref().map(Draft::repaired);
        Self { store, queue, next, hash, repaired, told: 0, failed: None }
    }

    pub(super) fn run(self) {
        let queue = Arc::clone(&self.queue);
        // FAIL CLOSED: after a panic of the store, nothing is recorded any more.
        let result = contain(|| self.work()).unwrap_or_else(|Panicked(text)| {
            Err(StoreError::new(format_args!("the audit store panicked: {text}")))
        });
        queue.ended(result);
    }

    fn work(mut self) -> Result<(), StoreError> {
        while let Some(jobs) = self.queue.take(self.store.due()) {
            if !jobs.is_empty() {
                self.commit(jobs);
            }
            // Also where there is always a job that waits.
            if self.store.due().is_some_and(|due| due <= Instant::now()) {
                self.store.tend();
            }
        }
        // What was lost last is told as well, where the store lets us.
        if self.queue.lost() > self.told || self.repaired.is_some() {
            self.commit(Vec::new());
        }
        self.store.close()
    }

    fn commit(&mut self, jobs: Vec<Job>) {
        if let Err(error) = self.resume() {
            // FAIL CLOSED: nothing is appended at an end that is not known.
            self.refuse(jobs, &error);
            return;
        }
        let lost = self.queue.lost();
        let told = (lost > self.told).then(|| Draft::lost(lost - self.told));
        let drafts = self.repaired.iter().chain(&told).chain(jobs.iter().map(|job| &job.draft));
        let (mut next, mut hash) = (self.next, self.hash.clone());
        let lines: Vec<Line> = drafts
            .map(|draft| {
                let line = draft.seal(next, &hash);
                next += 1;
                line.hash().clone_into(&mut hash);
                line
            })
            .collect();
        // All that was lost may be on record, and nothing else to be said.
        if lines.is_empty() {
            return;
        }
        match self.store.append(&lines) {
            Ok(()) => {
                (self.next, self.hash, self.told, self.repaired) = (next, hash, lost, None);
                for job in jobs {
                    job.finish(Ok(()));
                }
            }
            Err(error) => {
                let told = lost + self.refuse(jobs, &error);
                self.failed = Some(Failed { next, hash, told });
            }
        }
    }

    /// After an append that failed: where the log ends now.
    fn resume(&mut self) -> Result<(), StoreError> {
        let Some(failed) = &self.failed else { return Ok(()) };
        if let Some(End { next, hash, repaired }) = self.store.resume()? {
            if next < self.next || (next == self.next && hash != self.hash) {
                // FAIL CLOSED: what was durable is gone, and its callers were told that it is there.
                return Err(StoreError::new(format_args!(
                    "the audit log ends before record {next}, and had record {}\n\
                     help: bring the log back as it was, or begin another one",
                    self.next.saturating_sub(1)
                )));
            }
            // All of it was committed after all: what it says of lost outcomes is on record, and so are
            // the outcomes that it holds. Its decisions were denied, and these denials follow.
            if next == failed.next && hash == failed.hash {
                (self.told, self.repaired) = (failed.told, None);
            }
            (self.next, self.hash) = (next, hash);
            self.repaired =
                repaired.as_ref().map(Draft::repaired).or(mem::take(&mut self.repaired));
        }
        self.failed = None;
        Ok(())
    }

    /// FAIL CLOSED: what is not durable is not recorded. Outcomes are counted; gives how many.
    fn refuse(&self, jobs: Vec<Job>, error: &StoreError) -> u64 {
        let outcomes = jobs.iter().filter(|job| job.is_outcome()).count() as u64;
        if outcomes > 0 {
            self.queue.lose(outcomes);
        }
        for job in jobs {
            job.finish(Err(error.to_string()));
        }
        outcomes
    }
}
