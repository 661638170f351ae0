//! Who else is told of each checkpoint: whoever holds the disk and the key can make another log, and
//! only somebody else can say that it is another one.

use std::{
    fs,
    io::{self, BufReader, Write as _},
    path::PathBuf,
};

use super::kept::{Next, Notes};
use crate::audit::{
    StoreError,
    file::{
        directory::sync,
        segment::{open, owner_only},
    },
};

/// Somebody who keeps checkpoints where whoever writes the log cannot change them: another machine, a
/// repository, a witness of a transparency log.
///
/// It is called on the thread of the log. Callers whose records come meanwhile wait, at most until their
/// deadline, so give it one of its own.
pub trait Witness: Send + 'static {
    /// Takes a signed checkpoint, which is on the log's own disk already. It may get one twice.
    ///
    /// # Errors
    /// One that it has not. [`Seal::checkpoint_to`](super::Seal::checkpoint_to) says what is denied then.
    fn take(&mut self, note: &str) -> Result<(), StoreError>;

    /// The last one that it took, from whichever process; `None` where it took none, or keeps none.
    /// Asked once, when the log is opened.
    ///
    /// # Errors
    /// What it has is not known.
    fn last(&mut self) -> Result<Option<String>, StoreError>;
}

/// A function that hands a checkpoint on, and can be asked for none: a log that was set back to an older
/// copy as a whole is opened, and found only by whoever looks at what was handed on.
impl<F: FnMut(&str) -> Result<(), StoreError> + Send + 'static> Witness for F {
    fn take(&mut self, note: &str) -> Result<(), StoreError> {
        self(note)
    }

    fn last(&mut self) -> Result<Option<String>, StoreError> {
        Ok(None)
    }
}

/// What a log does while its witness does not take checkpoints.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[allow(clippy::exhaustive_enums, reason = "there is no third way to go on")]
pub enum Unwitnessed {
    /// Deny: no record is taken before the witness has the last checkpoint. Unless another is chosen.
    // FAIL CLOSED: the default, because a witness that is not reached is what somebody wants who is about
    // to change the log.
    #[default]
    Deny,
    /// Tell of it, as an error through `tracing`, and go on. The next checkpoint covers all before it.
    Warn,
}

/// A file of checkpoints in another place: another disk, or a mount of another machine.
#[derive(Debug)]
pub struct FileWitness(PathBuf);

impl FileWitness {
    /// Keeps checkpoints in this file, which is made where it is not there, for its owner alone.
    pub fn new(path: impl Into<PathBuf>) -> Self {
        Self(path.into())
    }
}

impl Witness for FileWitness {
    fn take(&mut self, note: &str) -> Result<(), StoreError> {
        let is_new = !fs::exists(&self.0).unwrap_or(false);
        let mut file = open(owner_only().append(true).create(true), &self.0)?;
        let written =
            file.write_all(format!("{note}\n").as_bytes()).and_then(|()| file.sync_data());
        written.map_err(|error| StoreError::io("cannot write", &self.0, &error))?;
        let Some(parent) = self.0.parent().filter(|_| is_new) else { return Ok(()) };
        sync(if parent.as_os_str().is_empty() { ".".as_ref() } else { parent })
    }

    fn last(&mut self) -> Result<Option<String>, StoreError> {
        let unreadable = |error: io::Error| StoreError::io("cannot read", &self.0, &error);
        let file = match fs::metadata(&self.0) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(unreadable(error)),
            Ok(_) => open(owner_only().append(true).read(true), &self.0)?,
        };
        let length = file.metadata().map_err(unreadable)?.len();
        let mut notes = Notes::new(BufReader::new(&file));
        let mut last = None;
        while let Next::Note { note, .. } = notes.next().map_err(unreadable)? {
            last = Some(note);
        }
        let whole = notes.bytes();
        if length > whole {
            // What a crash left of one must not stand before the next one.
            file.set_len(whole).and_then(|()| file.sync_data()).map_err(unreadable)?;
        }
        last.map(|note| String::from_utf8(note).map_err(StoreError::new)).transpose()
    }
}
