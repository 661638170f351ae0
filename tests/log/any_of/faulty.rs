//! A store in memory that can be broken, and says what was done with it.

use std::sync::{
    Arc, Condvar, Mutex,
    atomic::{AtomicUsize, Ordering},
};

use failclosed::{
    audit::{Chain, End, GENESIS, Line, Record, Store, StoreError},
    decision::Policies,
};

#[derive(Clone, Default)]
pub(super) struct Faulty(Arc<Inner>);

#[derive(Default)]
struct Inner {
    lines: Mutex<Vec<Line>>,
    policies: Mutex<Vec<Policies>>,
    how: Mutex<How>,
    changed: Condvar,
    /// Reads, and the most lines that one was to give.
    reads: AtomicUsize,
    most: AtomicUsize,
}

#[derive(Clone, Copy, Default, PartialEq, Eq)]
pub(super) enum How {
    #[default]
    Works,
    Fails,
    Hangs,
    Panics,
    /// Takes the records and fails, and cannot say where it ends.
    Unheard,
    /// Lost records that it had taken, and fails.
    Forgets,
}

impl Faulty {
    pub(super) fn set(&self, how: How) {
        *self.0.how.lock().unwrap() = how;
        self.0.changed.notify_all();
    }

    /// The same log in another store.
    pub(super) fn copy(&self, records: usize) -> Self {
        let copy = Self::default();
        copy.0.lines.lock().unwrap().extend_from_slice(&self.0.lines.lock().unwrap()[..records]);
        copy
    }

    pub(super) fn reads(&self) -> (usize, usize) {
        (self.0.reads.load(Ordering::SeqCst), self.0.most.load(Ordering::SeqCst))
    }

    /// The log as a file would have it. It is one chain.
    pub(super) fn text(&self) -> String {
        let mut chain = Chain::default();
        let lines = self.0.lines.lock().unwrap();
        let texts = lines.iter().map(|line| {
            chain.take(line.text().as_bytes()).unwrap();
            format!("{}\n", line.text())
        });
        texts.collect()
    }

    pub(super) fn records(&self) -> Vec<Record> {
        self.text().lines().map(|line| Record::read(line.as_bytes()).unwrap()).collect()
    }

    pub(super) fn policies(&self) -> Vec<Policies> {
        self.0.policies.lock().unwrap().clone()
    }

    fn works(&self) -> Result<How, StoreError> {
        let mut how = self.0.how.lock().unwrap();
        while *how == How::Hangs {
            how = self.0.changed.wait(how).unwrap();
        }
        if *how == How::Fails {
            return Err(StoreError::new("no space left on device"));
        }
        Ok(*how)
    }
}

impl Store for Faulty {
    fn end(&mut self) -> Result<End, StoreError> {
        self.works()?;
        let lines = self.0.lines.lock().unwrap();
        let hash = lines.last().map_or(GENESIS, Line::hash).to_owned();
        Ok(End { next: lines.len() as u64, hash, repaired: None })
    }

    fn append(&mut self, lines: &[Line]) -> Result<(), StoreError> {
        let now = self.works()?;
        assert!(now != How::Panics, "boom in the store");
        let mut log = self.0.lines.lock().unwrap();
        if now == How::Forgets {
            log.pop();
        } else {
            // A store need not look whether they follow, so that a gap would stay.
            log.extend_from_slice(lines);
        }
        if now == How::Works { Ok(()) } else { Err(StoreError::new("the connection was lost")) }
    }

    fn keep_policies(&mut self, policies: &Policies) -> Result<(), StoreError> {
        self.works()?;
        let mut kept = self.0.policies.lock().unwrap();
        if !kept.contains(policies) {
            kept.push(policies.clone());
        }
        Ok(())
    }

    fn policies(&mut self, digest: &str) -> Result<Option<Policies>, StoreError> {
        self.works()?;
        Ok(self.policies_with(digest))
    }

    fn resume(&mut self) -> Result<Option<End>, StoreError> {
        match *self.0.how.lock().unwrap() {
            How::Fails => return Ok(None),
            How::Unheard => return Err(StoreError::new("the connection was lost")),
            How::Works | How::Hangs | How::Panics | How::Forgets => {}
        }
        self.end().map(Some)
    }

    fn read(&mut self, from: u64, limit: usize) -> Result<Vec<Line>, StoreError> {
        self.works()?;
        self.0.reads.fetch_add(1, Ordering::SeqCst);
        self.0.most.fetch_max(limit, Ordering::SeqCst);
        let lines = self.0.lines.lock().unwrap();
        Ok(lines.iter().filter(|line| line.seq() >= from).take(limit).cloned().collect())
    }

    fn close(&mut self) -> Result<(), StoreError> {
        Ok(())
    }
}

impl Faulty {
    fn policies_with(&self, digest: &str) -> Option<Policies> {
        self.policies().into_iter().find(|kept| kept.digest() == digest)
    }
}
