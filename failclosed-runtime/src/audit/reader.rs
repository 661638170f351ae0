//! A log, record by record, and on while it grows.

use std::path::Path;

use self::walk::Walk;
#[cfg(feature = "audit-signed")]
use super::file::base::Base;
use super::{Broken, Record, StoreError, Verified};

mod ahead;
pub(super) mod walk;

/// Reads a log from its first record on. Each record it gives is known to follow the one before. It reads
/// ahead, and holds no more than a megabyte of them, or one that is longer.
#[derive(Debug)]
pub struct Reader(Walk<Box<Record>>);

impl Reader {
    /// Begins at the first record of the log in `directory`, or at the first one that its retention left.
    ///
    /// # Errors
    /// A directory that cannot be read.
    pub fn open(directory: impl AsRef<Path>) -> Result<Self, StoreError> {
        Walk::open(directory).map(Self)
    }

    /// The next record; `None` where no whole one is left. A program that writes the log may add more:
    /// ask again, and the answer may be another one. After a fault there is no next record to ask for.
    ///
    /// # Errors
    /// A file that cannot be read, and records that were removed by retention before they were read. What is
    /// broken is no error but an answer.
    pub fn next_record(&mut self) -> Result<Result<Option<Record>, Broken>, StoreError> {
        Ok(self.0.next()?.map(|record| record.map(|record| *record)))
    }

    /// The text of the record that was read last, without the end of its line.
    pub fn text(&self) -> &[u8] {
        self.0.text()
    }

    /// What was read, if the log ends there.
    ///
    /// # Errors
    /// As [`next_record`](Self::next_record).
    pub fn finish(&mut self) -> Result<Result<Verified, Broken>, StoreError> {
        self.0.finish()
    }

    /// Where it began to read, if not with the first record of all.
    #[cfg(feature = "audit-signed")]
    pub(super) fn base(&self) -> Option<&Base> {
        self.0.base()
    }

    /// The hash of the last record that was read.
    #[cfg(feature = "audit-signed")]
    pub(super) fn hash(&self) -> &str {
        self.0.hash()
    }
}
