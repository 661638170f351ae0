//! Proofs on paper, for somebody who has neither the log nor trusts its keeper: that a record is in it, and
//! that it only grew. They need the log's verifying key, and nothing else.

use std::{fmt, path::Path};

use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};

use super::{
    Checkpoint, Unproven, VerifyingKey,
    checkpoint::hash,
    tree::{self, Hash, Leaves, leaf},
    verify::walk,
};
use crate::audit::{Broken, Record, StoreError};

/// The first line of a proof that a record is in a log: <https://c2sp.org/tlog-proof>.
const INCLUSION: &str = "c2sp.org/tlog-proof@v1";

/// That a record is in a log. As text, a [`tlog-proof`](https://c2sp.org/tlog-proof) with the record's line
/// as its extra data.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InclusionProof {
    record: String,
    index: u64,
    path: Vec<Hash>,
    checkpoint: Checkpoint,
}

impl InclusionProof {
    /// Reads a proof, and finds it right.
    ///
    /// # Errors
    /// Anything that does not lead from its record to a checkpoint that one of `keys` signed.
    pub fn check(text: &str, keys: &[VerifyingKey]) -> Result<Self, Unproven> {
        let not = |why: &str| Unproven::new(format_args!("not a proof of a record: {why}"));
        let (head, note) = text.split_once("\n\n").ok_or_else(|| not("it has no checkpoint"))?;
        let mut lines = head.split('\n');
        if lines.next() != Some(INCLUSION) {
            return Err(not(&format!("it does not begin with `{INCLUSION}`")));
        }
        let record = lines.next().and_then(|line| BASE64.decode(line.strip_prefix("extra ")?).ok());
        let record = record.ok_or_else(|| not("it has no record"))?;
        let index = lines.next().and_then(|line| number(line.strip_prefix("index ")?));
        let index = index.ok_or_else(|| not("it does not say which record it is"))?;
        let path = lines.map(hash).collect::<Option<Vec<_>>>();
        let path = path.ok_or_else(|| not("a line that should be a hash is none"))?;
        let checkpoint = Checkpoint::read(note, keys)?;
        let (root, size) = (checkpoint.root(), checkpoint.size());
        if !tree::includes(&root, size, index, leaf(&record), &path) {
            // FAIL CLOSED: this record, at this place, is not in that log.
            return Err(Unproven::new("the record is not in the log that the checkpoint is of"));
        }
        let read = Record::read(&record).map_err(|why| not(&why.to_string()))?;
        if read.seq != index {
            return Err(not("the record has another number than the proof"));
        }
        let record = String::from_utf8(record).map_err(|_| not("the record is not UTF-8"))?;
        Ok(Self { record, index, path, checkpoint })
    }

    /// The record's line.
    pub fn record(&self) -> &str {
        &self.record
    }

    /// Its number in the log.
    pub fn index(&self) -> u64 {
        self.index
    }

    /// The checkpoint that it leads to.
    pub fn checkpoint(&self) -> &Checkpoint {
        &self.checkpoint
    }
}

impl fmt::Display for InclusionProof {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { record, index, path, checkpoint } = self;
        writeln!(f, "{INCLUSION}\nextra {}\nindex {index}", BASE64.encode(record))?;
        path.iter().try_for_each(|hash| writeln!(f, "{}", BASE64.encode(hash)))?;
        write!(f, "\n{checkpoint}")
    }
}

/// That a log is an earlier one with more records after it. As text, what a
/// [`tlog-witness`](https://c2sp.org/tlog-witness) is sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GrowthProof {
    old: u64,
    path: Vec<Hash>,
    checkpoint: Checkpoint,
}

impl GrowthProof {
    /// Reads a proof, and finds that it begins at `old` and is right.
    ///
    /// # Errors
    /// Anything that does not lead from `old` to a checkpoint of the same log that one of `keys` signed.
    pub fn check(text: &str, old: &Checkpoint, keys: &[VerifyingKey]) -> Result<Self, Unproven> {
        let not = |why: &str| Unproven::new(format_args!("not a proof of growth: {why}"));
        let (head, note) = text.split_once("\n\n").ok_or_else(|| not("it has no checkpoint"))?;
        let mut lines = head.split('\n');
        let size = lines.next().and_then(|line| number(line.strip_prefix("old ")?));
        let size = size.ok_or_else(|| not("it does not say where it begins"))?;
        let path = lines.map(hash).collect::<Option<Vec<_>>>();
        let path = path.ok_or_else(|| not("a line that should be a hash is none"))?;
        let new = Checkpoint::read(note, keys)?;
        if size != old.size() || new.origin() != old.origin() {
            return Err(not("it begins at another checkpoint than the given one"));
        }
        if !tree::grew(&old.root(), size, &new.root(), new.size(), &path) {
            // FAIL CLOSED: one of the two is of another log.
            return Err(Unproven::new("the log did not grow from the one checkpoint to the other"));
        }
        Ok(Self { old: size, path, checkpoint: new })
    }

    /// How many records the earlier log had.
    pub fn old(&self) -> u64 {
        self.old
    }

    /// The later checkpoint.
    pub fn checkpoint(&self) -> &Checkpoint {
        &self.checkpoint
    }
}

impl fmt::Display for GrowthProof {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { old, path, checkpoint } = self;
        writeln!(f, "old {old}")?;
        path.iter().try_for_each(|hash| writeln!(f, "{}", BASE64.encode(hash)))?;
        write!(f, "\n{checkpoint}")
    }
}

/// Without zeros before it.
fn number(text: &str) -> Option<u64> {
    text.parse().ok().filter(|number: &u64| number.to_string() == text)
}

/// Proves of each record that `picks` takes that it is in the log, by the last checkpoint. All of the log
/// is read and verified as by [`verify_signed`](super::verify_signed); 32 bytes for each record are kept in memory.
/// What retention removed is not there to be taken.
///
/// # Errors
/// A log that cannot be read, and a record that no checkpoint covers yet. What is broken is an answer.
pub fn prove(
    directory: impl AsRef<Path>,
    keys: &[VerifyingKey],
    mut picks: impl FnMut(&Record) -> bool,
) -> Result<Result<Vec<InclusionProof>, Broken>, StoreError> {
    let mut picked = Vec::new();
    let mut pick = |record: &Record, line: &[u8]| {
        if picks(record) {
            picked.push((record.seq, String::from_utf8_lossy(line).into_owned()));
        }
    };
    let (leaves, checkpoint) = match leaves(directory.as_ref(), keys, &mut pick)? {
        Ok(found) => found,
        Err(broken) => return Ok(Err(broken)),
    };
    let proofs = picked.into_iter().map(|(index, record)| {
        // FAIL CLOSED: it is in the log, and nobody has signed that.
        let path = leaves.inclusion(index).ok_or_else(|| {
            StoreError::new(format_args!(
                "record {index} is not signed yet: the last checkpoint is of {} records",
                checkpoint.size()
            ))
        })?;
        Ok(InclusionProof { record, index, path, checkpoint: checkpoint.clone() })
    });
    proofs.collect::<Result<_, _>>().map(Ok)
}

/// Proves that the log's first `old` records are those of the log that had as many, up to the last
/// checkpoint. It reads and keeps as much as [`prove`].
///
/// # Errors
/// A log that cannot be read, never was that large, or of which more than that was removed. What is broken is an
/// answer.
pub fn prove_growth(
    directory: impl AsRef<Path>,
    keys: &[VerifyingKey],
    old: u64,
) -> Result<Result<GrowthProof, Broken>, StoreError> {
    let (leaves, checkpoint) = match leaves(directory.as_ref(), keys, &mut |_, _| ())? {
        Ok(found) => found,
        Err(broken) => return Ok(Err(broken)),
    };
    let path = leaves.growth(old).ok_or_else(|| {
        let (size, begins) = (checkpoint.size(), leaves.begins());
        if old < begins {
            return StoreError::new(format_args!(
                "growth from {old} records cannot be proven: retention removed the first {begins}"
            ));
        }
        StoreError::new(format_args!("the last checkpoint is of {size} records, and not of {old}"))
    })?;
    Ok(Ok(GrowthProof { old, path, checkpoint }))
}

/// The leaves of the records that the last checkpoint covers.
fn leaves(
    directory: &Path,
    keys: &[VerifyingKey],
    each: &mut dyn FnMut(&Record, &[u8]),
) -> Result<Result<(Leaves, Checkpoint), Broken>, StoreError> {
    let mut all = Vec::new();
    let mut keep = |record: &Record, line: &[u8], leaf: Hash| {
        all.push(leaf);
        each(record, line);
    };
    let walked = match walk(directory, keys, &[], &mut keep)? {
        Ok(walked) => walked,
        Err(broken) => return Ok(Err(broken)),
    };
    let checkpoint = match walked.sealed() {
        Ok(checkpoint) => checkpoint,
        Err(broken) => return Ok(Err(broken)),
    };
    let mut leaves = Leaves::after(walked.before, all);
    leaves.truncate(checkpoint.size());
    Ok(Ok((leaves, checkpoint)))
}
