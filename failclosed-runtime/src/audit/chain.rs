//! Whether a record comes right after the ones that were read before it, wherever they are kept.

use super::{GENESIS, Line, Record, RecordFault};

/// A place in a log: the records before it are known to follow one another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Chain {
    next: u64,
    hash: String,
}

impl Default for Chain {
    /// Before the first record.
    fn default() -> Self {
        Self { next: 0, hash: GENESIS.to_owned() }
    }
}

impl Chain {
    /// Before the record with number `next`, where the one before it has this hash.
    pub fn at(next: u64, hash: impl Into<String>) -> Self {
        Self { next, hash: hash.into() }
    }

    /// The number of the record that comes next.
    pub fn next(&self) -> u64 {
        self.next
    }

    /// The hash of the record before; [`GENESIS`] where there is none.
    pub fn hash(&self) -> &str {
        &self.hash
    }

    /// Takes the next record, from its text without its end. After a fault the place is the same.
    ///
    /// # Errors
    /// What is wrong with it, or that it is not the next one.
    pub fn take(&mut self, text: &[u8]) -> Result<Record, String> {
        let record = Record::read(text).map_err(|fault| fault.to_string())?;
        self.follow(record.seq, &record.prev, &record.hash)?;
        Ok(record)
    }

    /// Takes the next record, as [`take`](Self::take), which was read already.
    pub(super) fn follow(&mut self, seq: u64, prev: &str, hash: &str) -> Result<(), String> {
        if seq != self.next || prev != self.hash {
            // FAIL CLOSED: one was removed, added or moved.
            return Err(format!("record {seq} does not follow the one before"));
        }
        hash.clone_into(&mut self.hash);
        self.next = seq + 1;
        Ok(())
    }
}

impl Line {
    /// A record that was read, from its text without its end.
    ///
    /// # Errors
    /// As [`Record::read`].
    pub fn parse(text: &str) -> Result<(Self, Record), RecordFault> {
        let record = Record::read(text.as_bytes())?;
        Ok((Self::read(&record, text), record))
    }
}
