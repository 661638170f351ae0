//! Where a log begins of which the front was removed, as it is signed: how many records there were, the hash of
//! the last one, and the roots of the full subtrees of their tree, so that it grows on as if they were there.
//!
//! A [note](https://c2sp.org/signed-note), and not a checkpoint: its first line is the name of no log.

use std::{
    fs,
    io::Write as _,
    path::Path,
    time::{SystemTime, UNIX_EPOCH},
};

use base64::{Engine as _, engine::general_purpose::STANDARD as BASE64};

use super::{
    Signer, Unproven, VerifyingKey,
    checkpoint::hash,
    note,
    tree::{Frontier, Hash},
};
use crate::audit::{
    StoreError,
    file::{
        base::{Base, FORM, path_in},
        directory::sync,
        segment::{open, owner_only},
    },
};

/// A place where the log can begin: a segment begins there, and there is a checkpoint of what is before.
#[derive(Debug)]
pub(super) struct Bound {
    /// What is before.
    pub(super) tree: Frontier,
    /// The hash of the last record before.
    pub(super) hash: String,
}

/// The tree of what was removed, and the name of the log.
///
/// # Errors
/// What none of the keys signed, and what is not a tree of as many records.
pub(super) fn read(base: &Base, keys: &[VerifyingKey]) -> Result<(Frontier, String), Unproven> {
    let (text, key) = note::read(&base.note, keys)?;
    let mut lines = text.split_terminator('\n').skip(1);
    let origin = lines.next().unwrap_or_default();
    if origin != key.name() {
        // FAIL CLOSED: whoever signs for one log does not sign for the other.
        let name = key.name();
        return Err(Unproven::new(format_args!("it is of `{origin}`, and signed by `{name}`")));
    }
    let peaks: Option<Vec<Hash>> = lines.skip(3).map(hash).collect();
    let tree = peaks.and_then(|peaks| Frontier::of(base.size, peaks));
    let tree = tree.ok_or_else(|| Unproven::new("it has not the tree of what was removed"))?;
    Ok((tree, origin.to_owned()))
}

/// Signs that the log begins there, and puts it on the disk.
pub(super) fn write(
    directory: &Path,
    signer: &dyn Signer,
    bound: &Bound,
) -> Result<Base, StoreError> {
    let key = signer.key();
    let at_ms = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_millis();
    let (name, size, last) = (key.name(), bound.tree.size(), &bound.hash);
    let mut text = format!("{FORM}\n{name}\n{size}\n{last}\n{at_ms}\n");
    for peak in bound.tree.peaks() {
        text.push_str(&BASE64.encode(peak));
        text.push('\n');
    }
    let note = note::write(&text, &key, &signer.sign(text.as_bytes())?);
    // FAIL CLOSED: before anything is removed, what is left must be known to be a log without it.
    let base = Base::parse(note.into_bytes()).map_err(|(_, why)| StoreError::new(why))?;
    let read =
        read(&base, &[key]).map_err(|why| StoreError::new(format_args!("the signer: {why}")))?;
    if read.0 != bound.tree {
        return Err(StoreError::new("the tree of what is removed cannot be written down"));
    }
    let path = path_in(directory);
    let part = path.with_extension("part");
    let written = || {
        let mut file = open(owner_only().write(true).create(true).truncate(true), &part)?;
        let whole = file.write_all(base.note.as_bytes()).and_then(|()| file.sync_all());
        whole.map_err(|error| StoreError::io("cannot write", &part, &error))?;
        let renamed = fs::rename(&part, &path);
        renamed.map_err(|error| StoreError::io("cannot rename", &part, &error))
    };
    written().inspect_err(|_| drop(fs::remove_file(&part)))?;
    sync(directory)?;
    Ok(base)
}
