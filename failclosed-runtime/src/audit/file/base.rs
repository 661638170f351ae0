//! Where a log begins of which the front was removed: the file `base`, which its writer signed.
//!
//! What stands in it is read here without a key: enough to read on from there. Whether it was signed, and is
//! of what was signed before, is found by whoever has the key.

use std::{
    fs::File,
    io::{self, Read as _},
    path::{Path, PathBuf},
};

use crate::audit::{Broken, Removed, StoreError};

/// The first line.
pub(in crate::audit) const FORM: &str = "failclosed-base@v1";

const NAME: &str = "base";

/// The file of checkpoints: one of them is of what was removed.
pub(in crate::audit) const CHECKPOINTS: &str = "checkpoints";

/// The longest that is read, in bytes: more than 64 hashes and sixteen signatures.
const MAX_BYTES: u64 = 64 << 10;

pub(in crate::audit) fn path_in(directory: &Path) -> PathBuf {
    directory.join(NAME)
}

/// Where the records begin that are left.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::audit) struct Base {
    /// How many records there were before.
    pub(in crate::audit) size: u64,
    /// The hash of the last of them.
    pub(in crate::audit) hash: String,
    /// When they were removed.
    at_ms: u64,
    /// All of the file.
    pub(in crate::audit) note: String,
}

impl Base {
    /// That of the log in `directory`; `None` where nothing was removed.
    ///
    /// # Errors
    /// A file that cannot be read. One that says something else is an answer.
    pub(in crate::audit) fn read(
        directory: &Path,
    ) -> Result<Result<Option<Self>, Broken>, StoreError> {
        let path = path_in(directory);
        let mut note = Vec::new();
        match File::open(&path).and_then(|file| file.take(MAX_BYTES + 1).read_to_end(&mut note)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Ok(None)),
            Err(error) => return Err(StoreError::io("cannot read", &path, &error)),
            Ok(_) => {}
        }
        let broken = |(line, fault): (u64, &str)| Broken {
            file: path,
            line,
            seq: 0,
            fault: fault.to_owned(),
        };
        let base = match Self::parse(note) {
            Ok(base) => base,
            // FAIL CLOSED: where the log begins is not known.
            Err(fault) => return Ok(Err(broken(fault))),
        };
        if !directory.join(CHECKPOINTS).exists() {
            // FAIL CLOSED: nothing is removed of a log that is not signed.
            return Ok(Err(broken((1, "there is no checkpoint of what was removed"))));
        }
        Ok(Ok(Some(base)))
    }

    /// Reads what [`FORM`] begins.
    ///
    /// # Errors
    /// The line that is not what it should be.
    pub(in crate::audit) fn parse(note: Vec<u8>) -> Result<Self, (u64, &'static str)> {
        if note.len() as u64 > MAX_BYTES {
            return Err((1, "it is too long"));
        }
        let note = String::from_utf8(note).map_err(|_| (1, "it is not UTF-8"))?;
        let mut lines = note.split('\n');
        let mut line = || lines.next().unwrap_or_default();
        if line() != FORM {
            return Err((1, "it is not where a log begins, in a form that this program knows"));
        }
        let (_origin, size, hash, at_ms) = (line(), line(), line(), line());
        let size = number(size).filter(|size| *size > 0);
        let size = size.ok_or((3, "it does not say how many records were removed"))?;
        let is_hash = hash.len() == 64 && hash.bytes().all(|byte| byte.is_ascii_hexdigit());
        let hash = is_hash.then(|| hash.to_owned());
        let hash = hash.ok_or((4, "it has not the hash of the last record that was removed"))?;
        let at_ms = number(at_ms).ok_or((5, "it does not say when they were removed"))?;
        Ok(Self { size, hash, at_ms, note })
    }

    /// What it tells whoever reads the log.
    pub(in crate::audit) fn removed(&self) -> Removed {
        Removed { records: self.size, at_ms: self.at_ms }
    }
}

/// Without zeros before it.
fn number(text: &str) -> Option<u64> {
    text.parse().ok().filter(|number: &u64| number.to_string() == text)
}

/// Why a record cannot be had.
pub(in crate::audit) fn gone(seq: u64, base: u64) -> StoreError {
    StoreError::new(format_args!(
        "record {seq} was removed by retention; the log begins at record {base}"
    ))
}
