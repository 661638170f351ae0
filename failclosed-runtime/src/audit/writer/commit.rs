//! The thread of a store: it gives each record its place in the chain, and appends all that wait.

use std::{collections::HashSet, iter, mem, sync::Arc, time::Instant};

use super::{
    credentials::Credentials,
    gather::Gather,
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
    pub(super) fn new(store: S, by: Origin, end: End, queue: Arc<Queue>) -> Self {
        let End { next, hash, repaired } = end;
        let repaired = repaired.as_ref().map(Draft::repaired);
        let (kept, credentials, failed) = (HashSet::new(), Credentials::new(), None);
        Self { store, by, queue, next, hash, repaired, told: 0, kept, credentials, failed }
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
        let mut gather = Gather::default();
        while let Some(jobs) = self.queue.take(self.store.due(), gather) {
            if !jobs.is_empty() {
                let decisions = jobs.iter().filter(|job| !job.is_outcome()).count();
                let began = Instant::now();
                self.commit(jobs);
                if decisions > 0 {
                    gather = Gather::after(decisions, began.elapsed());
                }
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

    /// The policies that these records refer to: before them, so that none refers to what a crash would lose.
    fn keep_policies(&mut self, jobs: &[Job]) -> Result<(), StoreError> {
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
        Ok(())
    }

    fn commit(&mut self, mut jobs: Vec<Job>) {
        // FAIL CLOSED: nothing is appended at an end that is not known, or without its policies.
        if let Err(error) = self.resume().and_then(|()| self.keep_policies(&jobs)) {
            self.refuse(&mut jobs, &error);
            return;
        }
        let lost = self.queue.lost();
        let told = (lost > self.told).then(|| Draft::lost(lost - self.told));
        let drafts = self.repaired.iter().chain(&told).chain(jobs.iter().map(|job| &job.draft));
        let lines = match self.seal(&drafts.collect::<Vec<_>>()) {
            Ok(lines) => lines,
            Err(error) => {
                self.refuse(&mut jobs, &error);
                return;
            }
        };
        // All that was lost may be on record, and nothing else to be said.
        let Some(last) = lines.last() else { return };
        let (next, hash) = (last.seq() + 1, last.hash().to_owned());
        match self.store.append(&lines) {
            Ok(()) => {
                (self.next, self.hash, self.told, self.repaired) = (next, hash, lost, None);
                jobs.iter_mut().for_each(|job| job.finish(Ok(())));
                // With nobody waiting for it.
                jobs.iter().for_each(|job| self.credentials.look(&job.draft));
            }
            Err(error) => {
                let told = lost + self.refuse(&mut jobs, &error);
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
    fn refuse(&self, jobs: &mut [Job], error: &StoreError) -> u64 {
        let outcomes = jobs.iter().filter(|job| job.is_outcome()).count() as u64;
        if outcomes > 0 {
            self.queue.lose(outcomes);
        }
        jobs.iter_mut().for_each(|job| job.finish(Err(error.to_string())));
        outcomes
    }
}
