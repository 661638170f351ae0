//! The thread of a store: it gives each record its place in the chain, and appends all that wait.

use std::{collections::HashSet, iter, sync::Arc, time::Instant};

use super::{
    credentials::Credentials,
    queue::{Job, Queue},
};
use crate::{
    audit::{End, Line, Store, StoreError, line::Draft, origin::Origin},
    contain::{Panicked, contain},
};

/// So many policies are known to be kept; of more the store is asked again.
const MOST_KEPT: usize = 1_024;

pub(super) struct Committer<S> {
    store: S,
    by: Origin,
    queue: Arc<Queue>,
    next: u64,
    hash: String,
    /// What the first append says before anything else.
    repaired: Option<Draft>,
    /// Lost outcomes that are on record.
    told: u64,
    /// The digests of the policies that the store keeps.
    kept: HashSet<String>,
    credentials: Credentials,
}

impl<S: Store> Committer<S> {
    pub(super) fn new(store: S, by: Origin, end: End, queue: Arc<Queue>) -> Self {
        let End { next, hash, repaired } = end;
        let repaired = repaired.as_ref().map(Draft::repaired);
        let (kept, credentials) = (HashSet::new(), Credentials::new());
        Self { store, by, queue, next, hash, repaired, told: 0, kept, credentials }
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

    /// The lines that come next.
    ///
    /// # Errors
    /// Ids that cannot be made: FAIL CLOSED: a record that is taken for another one is none.
    fn seal(&self, drafts: &[&Draft]) -> Result<Vec<Line>, StoreError> {
        let mut random = vec![[0; 10]; drafts.len()];
        getrandom::fill(random.as_flattened_mut()).map_err(StoreError::new)?;
        let (mut next, mut hash) = (self.next, self.hash.clone());
        let sealed = iter::zip(drafts, &random).map(|(draft, random)| {
            let line = draft.seal(next, &hash, &self.by, random);
            next += 1;
            line.hash().clone_into(&mut hash);
            line
        });
        Ok(sealed.collect())
    }

    /// Policies first: no record refers to what a crash would lose.
    fn append(&mut self, lines: &[Line], jobs: &[Job]) -> Result<(), StoreError> {
        for policies in jobs.iter().flat_map(|job| job.draft.policies()) {
            if self.kept.contains(policies.digest()) {
                continue;
            }
            self.store.keep_policies(policies)?;
            if self.kept.len() >= MOST_KEPT {
                self.kept.clear();
            }
            self.kept.insert(policies.digest().to_owned());
        }
        self.store.append(lines)?;
        if let Some(last) = lines.last() {
            self.next = last.seq() + 1;
            last.hash().clone_into(&mut self.hash);
        }
        Ok(())
    }

    fn commit(&mut self, mut jobs: Vec<Job>) {
        let lost = self.queue.lost();
        let told = (lost > self.told).then(|| Draft::lost(lost - self.told));
        let drafts = self.repaired.iter().chain(&told).chain(jobs.iter().map(|job| &job.draft));
        let sealed = self.seal(&drafts.collect::<Vec<_>>());
        match sealed.and_then(|lines| self.append(&lines, &jobs)) {
            Ok(()) => {
                (self.told, self.repaired) = (lost, None);
                jobs.iter_mut().for_each(|job| job.finish(Ok(())));
                // With nobody waiting for it.
                jobs.iter().for_each(|job| self.credentials.look(&job.draft));
            }
            Err(error) => {
                // FAIL CLOSED: what is not durable is not recorded. Outcomes are counted.
                let outcomes = jobs.iter().filter(|job| job.is_outcome()).count();
                if outcomes > 0 {
                    self.queue.lose(outcomes as u64);
                }
                jobs.iter_mut().for_each(|job| job.finish(Err(error.to_string())));
            }
        }
    }
}
