//! A log in files that signs what it keeps.

use std::{
    path::PathBuf,
    time::{Duration, Instant},
};

use super::{
    Checkpoint, Seal, Unwitnessed,
    base::{self, Bound},
    kept::Kept,
    tree::{Frontier, leaf},
    verify::walk,
};
use crate::{
    audit::{End, FileStore, Line, Store, StoreError},
    contain,
    decision::Policies,
};

/// How long after a failure it is tried again, where no record comes before.
const AGAIN: Duration = Duration::from_secs(1);

/// A [`FileStore`] whose records are signed. See [`Seal`].
#[derive(Debug)]
pub struct SealedStore {
    store: FileStore,
    directory: PathBuf,
    seal: Seal,
    /// All records that are on the disk, and the hash of the last one.
    tree: Frontier,
    hash: String,
    /// Where the log may begin, the first place first.
    bounds: Vec<Bound>,
    /// Whether a segment began, and it was not looked yet what may be removed for it.
    began: bool,
    /// There once the log was read.
    kept: Option<Kept>,
    /// When the first record came that no checkpoint covers.
    since: Option<Instant>,
    /// Whether the witness has not the last checkpoint.
    is_unsent: bool,
    /// How many records the last checkpoint is of that the witness took.
    witnessed: u64,
    /// When the last attempt failed, to be tried again.
    failed: Option<Instant>,
}

impl SealedStore {
    pub(super) fn new(store: FileStore, directory: PathBuf, seal: Seal) -> Self {
        Self {
            store,
            directory,
            seal,
            tree: Frontier::default(),
            hash: String::new(),
            bounds: Vec::new(),
            began: false,
            kept: None,
            since: None,
            is_unsent: false,
            witnessed: 0,
            failed: None,
        }
    }

    /// The last checkpoint.
    pub fn checkpoint(&self) -> Option<&Checkpoint> {
        self.kept.as_ref()?.last.as_ref()
    }

    fn signed(&self) -> u64 {
        self.checkpoint().map_or(0, Checkpoint::size)
    }

    /// Compares the log with what was signed, by us and as the witness has it.
    fn compare(&mut self, end: &End) -> Result<(), StoreError> {
        let seen = self.seen_by_witness()?;
        let keys = &self.seal.trusted;
        let elsewhere = seen.as_slice();
        let walked = walk(&self.directory, keys, elsewhere, &mut |_, _, _| ())?;
        // FAIL CLOSED: who signs on after a log that is another one signs two logs.
        let walked = walked.map_err(|broken| other_log(&broken))?;
        if (walked.end.records, &walked.end.hash) != (end.next, &end.hash) {
            return Err(other_log(&"it ends elsewhere than it did a moment ago"));
        }
        let signed = walked.last.as_ref().map(Checkpoint::size);
        if signed.is_none() && end.next > 0 && !self.seal.adopts {
            // FAIL CLOSED: who removes the checkpoints makes a log of which nothing is signed.
            return Err(StoreError::new(format_args!(
                "the audit log in {} has {} records and no checkpoint\n\
                 help: if it was never signed, run `failclosed log seal DIRECTORY --signing-key FILE` once",
                self.directory.display(),
                end.next
            )));
        }
        let by_witness = seen.as_ref().map(Checkpoint::size);
        if by_witness > signed {
            // FAIL CLOSED: a checkpoint is kept here before it is there.
            return Err(other_log(&format_args!(
                "the witness has a checkpoint of {} records that is not in the file of checkpoints",
                by_witness.unwrap_or_default()
            )));
        }
        self.is_unsent = self.seal.witness.is_some() && by_witness != signed;
        self.kept = Some(Kept::open(&self.directory, walked.bytes, walked.last)?);
        self.tree = walked.tree;
        self.hash.clone_from(&end.hash);
        self.bounds = walked.bounds;
        self.witnessed = by_witness.unwrap_or_default();
        self.since = (self.tree.size() > self.signed()).then(Instant::now);
        Ok(())
    }

    fn seen_by_witness(&mut self) -> Result<Option<Checkpoint>, StoreError> {
        let Some((witness, unwitnessed)) = &mut self.seal.witness else { return Ok(None) };
        let note = match (witness.last(), *unwitnessed) {
            (Ok(note), _) => note,
            // FAIL CLOSED: what it has may be of a longer log than this one.
            (Err(why), Unwitnessed::Deny) => return Err(unwitnessed_by(&why)),
            (Err(why), Unwitnessed::Warn) => {
                tell(&unwitnessed_by(&why));
                None
            }
        };
        let read = note.map(|note| Checkpoint::read(&note, &self.seal.trusted)).transpose();
        // FAIL CLOSED: it watches another log, or was set another one to watch.
        read.map_err(|why| other_log(&format_args!("what the witness has: {why}")))
    }

    /// Signs what is not signed yet, keeps it, and hands it on.
    fn sign(&mut self) -> Result<(), StoreError> {
        let done = self.try_sign();
        self.failed = done.is_err().then(Instant::now);
        done.inspect_err(tell)
    }

    fn try_sign(&mut self) -> Result<(), StoreError> {
        self.store.is_in_place()?;
        let Some(kept) = &mut self.kept else {
            // FAIL CLOSED: what was signed before is not known.
            return Err(StoreError::new("the audit log was not read before it was signed"));
        };
        kept.ends_as_it_did()?;
        if kept.last.as_ref().map(Checkpoint::size) != Some(self.tree.size()) {
            kept.append(Checkpoint::sign(self.seal.signer.as_ref(), &self.tree)?)?;
            self.is_unsent = self.seal.witness.is_some();
        }
        self.since = None;
        let (Some(last), Some((witness, unwitnessed))) = (&kept.last, &mut self.seal.witness)
        else {
            return Ok(());
        };
        if !self.is_unsent {
            return Ok(());
        }
        match (witness.take(last.note()), *unwitnessed) {
            (Ok(()), _) => self.witnessed = last.size(),
            // FAIL CLOSED: a log that only its writer knows may become another one.
            (Err(why), Unwitnessed::Deny) => return Err(unwitnessed_by(&why)),
            (Err(why), Unwitnessed::Warn) => tell(&unwitnessed_by(&why)),
        }
        self.is_unsent = false;
        Ok(())
    }
}

impl SealedStore {
    /// Removes what the options let go, up to where a segment begins and a checkpoint ends. It is signed and
    /// on the disk that the log begins there, before the first file is removed.
    fn prune(&mut self) -> Result<(), StoreError> {
        // FAIL CLOSED: a file that somebody else made of them does not say what is known of the rest.
        self.kept.as_mut().map_or(Ok(()), Kept::ends_as_it_did)?;
        // FAIL CLOSED: what the witness has not seen may be another log.
        let known = if self.seal.witness.is_some() { self.witnessed } else { self.signed() };
        let Some(first) = self.bounds.first() else { return Ok(()) };
        let stays = self.store.stays(first.tree.size())?.min(known);
        let goes = self.bounds.partition_point(|bound| bound.tree.size() <= stays);
        let Some(bound) = goes.checked_sub(1).and_then(|last| self.bounds.get(last)) else {
            return Ok(());
        };
        let base = base::write(&self.directory, self.seal.signer.as_ref(), bound)?;
        self.bounds.drain(..goes);
        self.store.begin_at(base);
        Ok(())
    }
}

impl Store for SealedStore {
    fn end(&mut self) -> Result<End, StoreError> {
        let end = self.store.end()?;
        self.compare(&end)?;
        // Before the first record: a log that has records has a checkpoint, unless somebody removed it.
        if self.checkpoint().is_none() || self.is_unsent {
            self.sign()?;
        }
        Ok(end)
    }

    fn append(&mut self, lines: &[Line]) -> Result<(), StoreError> {
        // Where a segment begins, a checkpoint ends: it may be the first one that is left, some day.
        let is_over = self.since.is_some() && self.store.is_over();
        if self.failed.is_some() || is_over {
            // FAIL CLOSED: what is recorded from here on would never be signed.
            self.sign()?;
        }
        self.store.append(lines)?;
        let before = self.tree.size();
        if before > 0 && self.store.segment() == Some(before) {
            if self.signed() == before
                && self.bounds.last().is_none_or(|at| at.tree.size() < before)
            {
                let (tree, hash) = (self.tree.clone(), self.hash.clone());
                self.bounds.push(Bound { tree, hash });
            }
            self.began = true;
        }
        lines.iter().for_each(|line| self.tree.push(leaf(line.text().as_bytes())));
        if let Some(last) = lines.last() {
            last.hash().clone_into(&mut self.hash);
        }
        self.since.get_or_insert_with(Instant::now);
        Ok(())
    }

    fn unsynced(&self) -> Option<&str> {
        self.store.unsynced()
    }

    fn keep_policies(&mut self, policies: &Policies) -> Result<(), StoreError> {
        self.store.keep_policies(policies)
    }

    fn policies(&mut self, digest: &str) -> Result<Option<Policies>, StoreError> {
        self.store.policies(digest)
    }

    fn read(&mut self, from: u64, limit: usize) -> Result<Vec<Line>, StoreError> {
        self.store.read(from, limit)
    }

    fn close(&mut self) -> Result<(), StoreError> {
        let is_open = self.kept.is_some();
        let unsigned = self.since.is_some() || self.failed.is_some();
        let signed = if is_open && unsigned { self.sign() } else { Ok(()) };
        let closed = self.store.close();
        signed.and(closed)
    }

    fn due(&self) -> Option<Instant> {
        if let Some(failed) = self.failed {
            return failed.checked_add(AGAIN);
        }
        let since = self.since?;
        let is_full = self.began
            || self.store.is_over()
            || self.tree.size() - self.signed() >= self.seal.records;
        // A length of time without an end is none.
        if is_full { Some(since) } else { since.checked_add(self.seal.within).or(Some(since)) }
    }

    fn tend(&mut self) {
        // It was told of, and the next append tries again before it takes a record.
        if self.sign().is_ok() && std::mem::take(&mut self.began) {
            // Nothing is denied for it: what is not removed is still there. With the next segment its turn
            // comes again.
            if let Err(why) = self.prune() {
                contain::trace(|| {
                    tracing::warn!(target: "failclosed", error = %why, "old files of the audit log were not removed");
                });
            }
        }
    }
}

fn other_log(why: &dyn std::fmt::Display) -> StoreError {
    StoreError::new(format_args!(
        "the audit log is not the one that was signed: {why}\n\
         help: keep it, look at it with `failclosed log verify DIRECTORY --key FILE`, and begin another one \
         in an empty directory"
    ))
}

fn unwitnessed_by(why: &StoreError) -> StoreError {
    StoreError::new(format_args!("the audit log's witness has not the last checkpoint: {why}"))
}

fn tell(why: &StoreError) {
    contain::trace(|| {
        tracing::error!(target: "failclosed", error = %why, "the audit log could not be signed as it should be");
    });
}
