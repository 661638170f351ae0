//! Whether a log is what its writer wrote.

use std::{
    fmt,
    path::{Path, PathBuf},
};

use super::{Reader, Record, StoreError, reader::walk::Walk, record::place::Place};

/// The longest line that is read, in bytes: far above what a writer makes, so that a file without
/// line ends does not fill the memory of whoever reads it.
pub const MAX_LINE_BYTES: u64 = 16 * 1024 * 1024;

/// What was found in a log that is whole.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Verified {
    /// How many records, those that were removed included.
    pub records: u64,
    /// What retention removed of them, from the first one on. That nobody else did is known by the key alone:
    /// see [`signed::verify_signed`](crate::audit::signed::verify_signed).
    pub removed: Option<Removed>,
    /// The hash of the last one: keep it elsewhere, and a log that was cut after it is found.
    pub hash: String,
}

/// The front of a log that its retention removed: see [`FileOptions::keep_for`](super::FileOptions::keep_for).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[non_exhaustive]
pub struct Removed {
    /// How many records, and so the number of the first one that is left.
    pub records: u64,
    /// When the last of them were removed: milliseconds since 1970, by the wall clock.
    pub at_ms: u64,
}

/// The first place at which a log is not what its writer wrote.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Broken {
    /// The file.
    pub file: PathBuf,
    /// The line in it, from 1 on.
    pub line: u64,
    /// The record that should be there.
    pub seq: u64,
    /// What is wrong.
    pub fault: String,
}

impl fmt::Display for Broken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { file, line, seq, fault } = self;
        write!(f, "{}, line {line}, record {seq}: {fault}", file.display())
    }
}

/// Reads a log from its first record to its last, and holds no more than a megabyte of it, or one record that
/// is longer.
///
/// It finds records that were changed, removed, added, moved or doubled. It cannot find that records
/// at the *end* are missing, nor that whoever may write the files wrote all of them anew: compare
/// [`Verified::hash`] with one that was kept elsewhere.
///
/// # Errors
/// A directory that cannot be read. What is broken is no error but the answer.
pub fn verify(directory: impl AsRef<Path>) -> Result<Result<Verified, Broken>, StoreError> {
    let mut walk = Walk::<Place>::open(directory)?;
    loop {
        match walk.next()? {
            Ok(Some(_)) => {}
            Ok(None) => return walk.finish(),
            Err(broken) => return Ok(Err(broken)),
        }
    }
}

/// As [`verify`], and hands over each record once it is known to follow the one before.
///
/// What was handed over before a fault was found is the part of the log up to there, and no more: an
/// answer made of it is none about the whole log.
///
/// # Errors
/// As [`verify`].
pub fn verify_each(
    directory: impl AsRef<Path>,
    mut each: impl FnMut(&Record),
) -> Result<Result<Verified, Broken>, StoreError> {
    let mut reader = Reader::open(directory)?;
    loop {
        match reader.next_record()? {
            Ok(Some(record)) => each(&record),
            Ok(None) => return reader.finish(),
            Err(broken) => return Ok(Err(broken)),
        }
    }
}

/// The lines of a text, without their ends. Only line feeds end one.
pub(super) fn lines(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    text.split_inclusive(|byte| *byte == b'\n').map(|line| line.strip_suffix(b"\n").unwrap_or(line))
}
