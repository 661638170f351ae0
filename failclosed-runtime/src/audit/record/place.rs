//! What a line is read as: all of a record, or only where it stands.

use super::{Record, RecordFault, members::Members};
use crate::audit::Chain;

/// What a line is read as. Either way it was a whole, unchanged record.
pub(in crate::audit) trait FromLine: Sized + Send {
    /// As [`Record::read`].
    fn read(line: &[u8]) -> Result<Self, RecordFault>;

    /// Takes it as the next one of a chain.
    fn follow(&self, chain: &mut Chain) -> Result<(), String>;
}

impl FromLine for Box<Record> {
    fn read(line: &[u8]) -> Result<Self, RecordFault> {
        Members::read(line).map(|members| Self::new(members.into()))
    }

    fn follow(&self, chain: &mut Chain) -> Result<(), String> {
        chain.follow(self.seq, &self.prev, &self.hash)
    }
}

/// Where a record stands.
#[derive(Debug)]
pub(in crate::audit) struct Place {
    seq: u64,
    prev: Box<str>,
    hash: Box<str>,
}

impl FromLine for Place {
    fn read(line: &[u8]) -> Result<Self, RecordFault> {
        let Members { seq, prev, hash, .. } = Members::read(line)?;
        Ok(Self { seq, prev: prev.0.into(), hash: hash.0.into() })
    }

    fn follow(&self, chain: &mut Chain) -> Result<(), String> {
        chain.follow(self.seq, &self.prev, &self.hash)
    }
}
