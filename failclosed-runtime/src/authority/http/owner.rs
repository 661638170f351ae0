//! Who can replace what lies in the file system: a secret, or the socket of an authority.

use std::{fs::Metadata, os::unix::fs::MetadataExt};

const STICKY: u32 = 0o1000;

/// Why somebody else can write what is described here, if so: but for the user that was named. A directory with its sticky bit is kept:
/// others put nothing in the place of what is ours.
pub(super) fn writable(found: &Metadata, by: Option<u32>) -> Option<String> {
    if let Some(fault) = foreign(found, by) {
        return Some(fault);
    }
    let mode = found.mode();
    let kept = found.is_dir() && mode & STICKY != 0;
    (mode & 0o022 != 0 && !kept)
        .then(|| format!("can be written by others (mode {:03o})", mode & 0o7777))
}

/// Why it is neither ours nor root's, nor of the user that was named, if so.
pub(super) fn foreign(found: &Metadata, named: Option<u32>) -> Option<String> {
    let owner = found.uid();
    (owner != 0 && owner != rustix::process::geteuid().as_raw() && Some(owner) != named)
        .then(|| format!("belongs to somebody else (user {owner})"))
}
