//! The thread of a store: it gives each record its place in the chain, and appends all that wait.

use std::{sync::Arc, time::Instant};

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
}

impl<S: Store> Committer<S> {
    pub(super) fn new(store: S, end: End, queue: Arc<Queue>) -> Self {
        let End { next, hash, repaired } = end;
        let repaired = repaired.as_ref().map(Draft::repaired);
        Self { store, queue, next, hash, repaired, told: 0 }
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
        match self.store.append(&lines) {
            Ok(()) => {
                (self.next, self.hash, self.told, self.repaired) = (next, hash, lost, None);
                for job in jobs {
                    job.finish(Ok(()));
                }
            }
            Err(error) => {
                // FAIL CLOSED: what is not durable is not recorded. Outcomes are counted.
                let outcomes = jobs.iter().filter(|job| job.is_outcome()).count();
                if outcomes > 0 {
                    self.queue.lose(outcomes as u64);
                }
                for job in jobs {
                    job.finish(Err(error.to_string()));
                }
            }
        }
    }
}
