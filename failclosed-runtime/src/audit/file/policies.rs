//! The policies that records refer to, beside the log: each text in a file that is called by its digest.

use std::{
    fs::{self, DirBuilder},
    io::{ErrorKind, Write},
    os::unix::fs::DirBuilderExt,
    path::{Path, PathBuf},
};

use super::{
    directory::sync,
    segment::{open, owner_only},
};
use crate::{audit::StoreError, decision::Policies};

/// Where they are, in the directory of a log.
const DIRECTORY: &str = "policies";

/// The policies with this digest, as a log in `directory` keeps them; `None` where it does not.
///
/// # Errors
/// What cannot be read, is no digest, or has another one than its name says.
pub fn policies(directory: impl AsRef<Path>, digest: &str) -> Result<Option<Policies>, StoreError> {
    if digest.len() != 64 || !digest.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        // FAIL CLOSED: a name with a way out of the directory in it.
        return Err(StoreError::new(format_args!("{digest:?} is not the digest of policies")));
    }
    read(&directory.as_ref().join(DIRECTORY).join(digest), digest)
}

fn read(path: &Path, digest: &str) -> Result<Option<Policies>, StoreError> {
    let text = match fs::read(path) {
        Ok(text) => text,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        Err(error) => return Err(StoreError::io("cannot read", path, &error)),
    };
    // What is not UTF-8 has no policies' digest either.
    let text = String::from_utf8_lossy(&text);
    Policies::read(digest, text)
        .map(Some)
        .map_err(|why| StoreError::new(format_args!("{}: {why}", path.display())))
}

/// Keeps a text, if it is not kept already. When this returns, it is on the disk.
pub(super) fn keep(log: &Path, policies: &Policies) -> Result<(), StoreError> {
    let directory = log.join(DIRECTORY);
    let path = directory.join(policies.digest());
    if read(&path, policies.digest())?.is_some() {
        return Ok(());
    }
    match DirBuilder::new().mode(0o700).create(&directory) {
        Ok(()) => sync(log)?,
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
        Err(error) => return Err(StoreError::io("cannot make", &directory, &error)),
    }
    // Under another name until it is whole: a crash leaves no text that is not what its name says.
    let begun = begun(&path);
    let mut file = open(owner_only().write(true).create(true).truncate(true), &begun)?;
    let written = file.write_all(policies.text().as_bytes()).and_then(|()| file.sync_data());
    written.map_err(|error| StoreError::io("cannot write", &begun, &error))?;
    let named = fs::rename(&begun, &path);
    named.map_err(|error| StoreError::io("cannot make", &path, &error))?;
    sync(&directory)
}

fn begun(path: &Path) -> PathBuf {
    path.with_extension("part")
}
