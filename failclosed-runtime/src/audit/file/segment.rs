//! The files of a log: each is named after the sequence number of its first record.

use std::{
    fs::{self, File, OpenOptions},
    io::Read,
    os::unix::fs::{MetadataExt, OpenOptionsExt},
    path::{Path, PathBuf},
};

use rustix::fs::OFlags;

use super::{Open, directory::sync, today};
use crate::audit::StoreError;

/// What the names end in.
const SUFFIX: &str = ".jsonl";

/// What those of compressed segments have behind it.
const PACKED: &str = ".zst";

/// And those that are not whole yet. Whoever reads a log does not see them.
const PART: &str = ".part";

/// Twenty digits: names sort as numbers do.
fn name(first: u64) -> String {
    format!("{first:020}{SUFFIX}")
}

/// Whether a segment's name says that it is compressed.
pub(super) fn is_packed(path: &Path) -> bool {
    path.as_os_str().as_encoded_bytes().ends_with(PACKED.as_bytes())
}

/// The name that a segment has when it is compressed.
pub(super) fn packed(path: &Path) -> PathBuf {
    with(path, PACKED)
}

/// The name that it has while it is being compressed.
pub(super) fn part(path: &Path) -> PathBuf {
    with(&packed(path), PART)
}

fn with(path: &Path, end: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(end);
    name.into()
}

/// The segments of a log with the number of their first record, in order. Where one is there as it was
/// written and compressed, it is the former that counts: its writer was interrupted before it removed it.
///
/// # Errors
/// A directory that cannot be read, and a name that is almost one of ours: a part of the log that is
/// overlooked would be a hole in it.
pub(in crate::audit) fn segments(directory: &Path) -> Result<Vec<(u64, PathBuf)>, StoreError> {
    let unreadable = |error: std::io::Error| StoreError::io("cannot read", directory, &error);
    let mut found = Vec::new();
    for entry in fs::read_dir(directory).map_err(unreadable)? {
        let path = entry.map_err(unreadable)?.path();
        let Some(stem) = path.file_name().and_then(|name| {
            let name = name.to_str()?;
            name.strip_suffix(PACKED).unwrap_or(name).strip_suffix(SUFFIX)
        }) else {
            continue;
        };
        let first = stem.parse().ok().filter(|first| name(*first) == format!("{stem}{SUFFIX}"));
        let first = first.ok_or_else(|| {
            StoreError::new(format_args!("{} is not the name of a segment", path.display()))
        })?;
        found.push((first, path));
    }
    // The shorter name of two comes first.
    found.sort();
    found.dedup_by_key(|(first, _)| *first);
    Ok(found)
}

/// For its owner alone, and never through a link that somebody else left there.
pub(in crate::audit) fn owner_only() -> OpenOptions {
    let mut options = OpenOptions::new();
    // A pipe that stands in its place is not waited for.
    let flags = OFlags::NOFOLLOW | OFlags::NONBLOCK;
    options.mode(0o600).custom_flags(flags.bits().cast_signed());
    options
}

/// Opens a file that is one, and nothing else that has its name.
///
/// # Errors
/// A link, a directory, a pipe: what would be written there, or cut off, is not the log's.
pub(in crate::audit) fn open(options: &OpenOptions, path: &Path) -> Result<File, StoreError> {
    let opened = options.open(path).and_then(|file| Ok((file.metadata()?.is_file(), file)));
    match opened {
        Ok((true, file)) => Ok(file),
        // FAIL CLOSED: records that are written to a pipe are gone.
        Ok((false, _)) => Err(StoreError::new(format_args!("{} is not a file", path.display()))),
        Err(error) => Err(StoreError::io("cannot open", path, &error)),
    }
}

/// Whether what is open is what stands under its name, with nothing added or taken by others.
pub(in crate::audit) fn in_place(file: &File, path: &Path, bytes: u64) -> Result<(), StoreError> {
    let lost = |error: std::io::Error| StoreError::io("lost", path, &error);
    let (open, named) = (file.metadata().map_err(lost)?, path.symlink_metadata().map_err(lost)?);
    let fault = if (open.dev(), open.ino()) != (named.dev(), named.ino()) {
        "was replaced"
    } else if open.len() != bytes {
        "was written or cut by another"
    } else {
        return Ok(());
    };
    // FAIL CLOSED: a log that is not where it is looked for.
    Err(StoreError::new(format_args!(
        "{} {fault} while it was open\nhelp: verify the log, then open it again",
        path.display()
    )))
}

pub(super) fn create(directory: &Path, first: u64) -> Result<Open, StoreError> {
    let path = directory.join(name(first));
    let file = owner_only()
        .append(true)
        .create_new(true)
        .open(&path)
        .map_err(|error| StoreError::io("cannot make", &path, &error))?;
    sync(directory)?;
    Ok(Open { file, path, first, bytes: 0, day: today() })
}

pub(super) fn open_for_append(path: &Path) -> Result<(File, Vec<u8>), StoreError> {
    let mut file = open(owner_only().append(true).read(true), path)?;
    let mut text = Vec::new();
    let read = file.read_to_end(&mut text);
    read.map_err(|error| StoreError::io("cannot read", path, &error))?;
    Ok((file, text))
}
