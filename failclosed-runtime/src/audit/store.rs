//! Where records are kept. A store appends and reads; what a slow or full one means for a guarded
//! call is the [`Writer`](super::Writer)'s business.

use std::{fmt, io, time::Instant};

use super::Line;
use crate::decision::Policies;

/// A place for records. All of it is called from one thread of the writer's own, so it may block.
pub trait Store: Send + 'static {
    /// Where the log ends, and what was mended to find that out. Called once, before the first
    /// append.
    ///
    /// # Errors
    /// A log that cannot be read, or is not whole: nothing is written after what is not understood.
    fn end(&mut self) -> Result<End, StoreError>;

    /// Appends all of `lines`, in order. When it returns, they are as durable as the store promises.
    ///
    /// # Errors
    /// Then none of them counts, and the next append begins where this one began. A store that
    /// cannot see to that must refuse every later append.
    fn append(&mut self, lines: &[Line]) -> Result<(), StoreError>;

    /// Why what it appends may be lost with the machine, in the words of whoever wanted it so. Each record
    /// says it. `None` where an append is durable when it returns.
    fn unsynced(&self) -> Option<&str> {
        None
    }

    /// Keeps the text of policies that the lines of later appends refer to, under its digest, for as
    /// long as any of them is kept. Called before those appends, also for what it keeps already. A
    /// store that does not is one whose records cannot be decided again; it keeps them all the same.
    ///
    /// # Errors
    /// What could not be kept: then the records that refer to it do not count either.
    fn keep_policies(&mut self, policies: &Policies) -> Result<(), StoreError> {
        let _ = policies;
        Ok(())
    }

    /// The policies with this digest; `None` where it does not keep them, which is what a store says that keeps none.
    ///
    /// # Errors
    /// What cannot be read, or has another text.
    fn policies(&mut self, digest: &str) -> Result<Option<Policies>, StoreError> {
        let _ = digest;
        Ok(None)
    }

    /// Where the log ends after an append that failed, asked for before the next one. `None` is where it
    /// ended before that append, which is what a store says that knows: none of it counts, or it refuses
    /// all that comes. A store that cannot know, such as one that lost its server while that server was
    /// committing, looks again: what was committed after all is followed, and not written over.
    ///
    /// # Errors
    /// A log whose end is still not known, or that no longer has what it had. Then nothing is appended,
    /// and it is asked again.
    fn resume(&mut self) -> Result<Option<End>, StoreError> {
        Ok(None)
    }

    /// At most `limit` lines, in order, from the one with sequence number `from` on.
    ///
    /// # Errors
    /// A log that cannot be read.
    fn read(&mut self, from: u64, limit: usize) -> Result<Vec<Line>, StoreError>;

    /// Nothing comes after this.
    ///
    /// # Errors
    /// What could not be brought to an end.
    fn close(&mut self) -> Result<(), StoreError>;

    /// When [`tend`](Self::tend) is to be called: not before, and soon after. Never, unless a store says so.
    fn due(&self) -> Option<Instant> {
        None
    }

    /// What a store has to do between appends, with no caller waiting for it. What fails of it, the store
    /// remembers: it refuses later appends where it has to.
    fn tend(&mut self) {}
}

/// Where a log ends.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(clippy::exhaustive_structs, reason = "every store has to give each of these")]
pub struct End {
    /// The sequence number of the next record; 0 in an empty log.
    pub next: u64,
    /// The hash of the last record; [`GENESIS`](super::GENESIS) in an empty log.
    pub hash: String,
    /// What was cut off. The writer's first record says so.
    pub repaired: Option<Repair>,
}

/// The part of a record that a crash left at the end of a log.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(clippy::exhaustive_structs, reason = "every store has to give each of these")]
pub struct Repair {
    /// How many bytes were cut off.
    pub bytes: u64,
    /// Their SHA-256, in hexadecimal.
    pub sha256: String,
}

/// Why a store did not do it, for the operator.
#[derive(Debug, Clone)]
pub struct StoreError(String);

impl StoreError {
    /// `detail` names the place, and the way out where there is one.
    pub fn new(detail: impl fmt::Display) -> Self {
        Self(detail.to_string())
    }

    /// What failed, on what.
    #[cfg(all(unix, feature = "audit-file"))]
    pub(super) fn io(what: &str, path: &std::path::Path, error: &io::Error) -> Self {
        Self(format!("{what} {}: {error}", path.display()))
    }
}

impl fmt::Display for StoreError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for StoreError {}

impl From<io::Error> for StoreError {
    fn from(error: io::Error) -> Self {
        Self(error.to_string())
    }
}
