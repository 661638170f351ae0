//! The files of a log: each is named after the sequence number of its first record.

use std::{
    fs::{self, File, OpenOptions},
    io::Read,
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
};

use super::{Open, sync_directory};
use crate::audit::StoreError;

/// What the names end in.
const SUFFIX: &str = ".jsonl";

/// Twenty digits: names sort as numbers do.
fn name(first: u64) -> String {
    format!("{first:020}{SUFFIX}")
}

/// The segments of a log with the number of their first record, in order.
///
/// # Errors
/// A directory that cannot be read, and a name that is almost one of ours: a part of the log that is
/// overlooked would be a hole in it.
pub(in crate::audit) fn segments(directory: &Path) -> Result<Vec<(u64, PathBuf)>, StoreError> {
    let unreadable = |error: std::io::Error| StoreError::io("cannot read", directory, &error);
    let mut found = Vec::new();
    for entry in fs::read_dir(directory).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        let Some(stem) = path.file_name().and_then(|name| name.to_str()?.strip_suffix(SUFFIX))
        else {
            continue;
        };
        let first = stem.parse().ok().filter(|first| name(*first) == format!("{stem}{SUFFIX}"));
        let first = first.ok_or_else(|| {
            StoreError::new(format_args!("{} is not the name of a segment", path.display()))
        })?;
        found.push((first, path));
    }
    found.sort();
    Ok(found)
}

/// For its owner alone, and never through a link that somebody else left there.
pub(super) fn owner_only() -> OpenOptions {
    let mut options = OpenOptions::new();
    options.mode(0o600);
    options
}

pub(super) fn create(directory: &Path, first: u64) -> Result<Open, StoreError> {
    let path = directory.join(name(first));
    let file = owner_only()
        .append(true)
        .create_new(true)
        .open(&path)
        .map_err(|error| StoreError::io("cannot make", &path, &error))?;
    sync_directory(directory)?;
    Ok(Open { file, path, bytes: 0 })
}

pub(super) fn open_for_append(path: &Path) -> Result<(File, Vec<u8>), StoreError> {
    let failed = |error: std::io::Error| StoreError::io("cannot open", path, &error);
    let mut file = owner_only().append(true).read(true).open(path).map_err(failed)?;
    let mut text = Vec::new();
    file.read_to_end(&mut text).map_err(failed)?;
    Ok((file, text))
}
