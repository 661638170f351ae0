//! Whether a log is what its writer wrote.

use std::{
    fmt,
    fs::File,
    io::{BufRead as _, BufReader, Read as _},
    path::{Path, PathBuf},
};

use super::{GENESIS, Record, StoreError, file::segments};

/// The longest line that is read, in bytes: far above what a writer makes, so that a file without
/// line ends does not fill the memory of whoever reads it.
pub const MAX_LINE_BYTES: u64 = 16 * 1024 * 1024;

/// What was found in a log that is whole.
#[derive(Debug, Clone, PartialEq, Eq)]
#[non_exhaustive]
pub struct Verified {
    /// How many records.
    pub records: u64,
    /// The hash of the last one: keep it elsewhere, and a log that was cut after it is found.
    pub hash: String,
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

/// Reads a log from its first record to its last, and holds no more than one of them.
///
/// It finds records that were changed, removed, added, moved or doubled. It cannot find that records
/// at the *end* are missing, nor that whoever may write the files wrote all of them anew: compare
/// [`Verified::hash`] with one that was kept elsewhere.
///
/// # Errors
/// A directory that cannot be read. What is broken is no error but the answer.
pub fn verify(directory: impl AsRef<Path>) -> Result<Result<Verified, Broken>, StoreError> {
    verify_each(directory, |_| ())
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
    let (mut next, mut hash) = (0, GENESIS.to_owned());
    for (first, path) in segments(directory.as_ref())? {
        let failed = |error: std::io::Error| StoreError::io("cannot read", &path, &error);
        let mut reader = BufReader::new(File::open(&path).map_err(failed)?);
        let (mut text, mut line) = (Vec::new(), 0);
        let broken =
            |line, seq, fault: String| Ok(Err(Broken { file: path.clone(), line, seq, fault }));
        if first != next {
            return broken(1, next, format!("the segment begins at record {first}"));
        }
        loop {
            text.clear();
            let mut limited = reader.by_ref().take(MAX_LINE_BYTES);
            if limited.read_until(b'\n', &mut text).map_err(failed)? == 0 {
                break;
            }
            line += 1;
            let Some(whole) = text.strip_suffix(b"\n") else {
                // FAIL CLOSED: what is too long to be read is not whole.
                let fault = match text.len() as u64 == MAX_LINE_BYTES {
                    true => format!("the line is longer than {MAX_LINE_BYTES} bytes"),
                    false => "the line does not end".to_owned(),
                };
                return broken(line, next, fault);
            };
            let record = match Record::read(whole) {
                Ok(record) => record,
                Err(fault) => return broken(line, next, fault.to_string()),
            };
            if !record.follows(next, &hash) {
                let fault = format!("record {} does not follow the one before", record.seq);
                return broken(line, next, fault);
            }
            each(&record);
            (next, hash) = (record.seq + 1, record.hash);
        }
    }
    Ok(Ok(Verified { records: next, hash }))
}

/// The lines of a text, without their ends. Only line feeds end one.
pub(super) fn lines(text: &[u8]) -> impl Iterator<Item = &[u8]> {
    text.split_inclusive(|byte| *byte == b'\n').map(|line| line.strip_suffix(b"\n").unwrap_or(line))
}
