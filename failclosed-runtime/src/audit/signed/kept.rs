//! The file of checkpoints, beside the records: one note after the other, a blank line after each.

use std::{
    fs::File,
    io::{self, BufRead, BufReader, Read as _, Write as _},
    os::unix::fs::FileExt as _,
    path::{Path, PathBuf},
};

use super::{Checkpoint, note::MAX_NOTE_BYTES};
use crate::audit::{
    StoreError,
    file::{
        base::CHECKPOINTS,
        directory::sync,
        segment::{in_place, open, owner_only},
    },
};

pub(super) fn path_in(directory: &Path) -> PathBuf {
    directory.join(CHECKPOINTS)
}

/// Reads one note after the other.
pub(super) struct Notes<R> {
    from: R,
    /// How many lines and bytes the notes had that were read.
    lines: u64,
    bytes: u64,
}

/// What comes next.
pub(super) enum Next {
    /// A note, without the blank line after it, and the line it begins in.
    Note {
        line: u64,
        note: Vec<u8>,
    },
    /// What a crash left of one, or what is being written.
    Part,
    Nothing,
}

impl Notes<BufReader<File>> {
    /// `None` where there is no such file.
    pub(super) fn open(path: &Path) -> Result<Option<Self>, StoreError> {
        match File::open(path) {
            Ok(file) => Ok(Some(Self::new(BufReader::new(file)))),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(StoreError::io("cannot read", path, &error)),
        }
    }
}

impl<R: BufRead> Notes<R> {
    pub(super) fn new(from: R) -> Self {
        Self { from, lines: 0, bytes: 0 }
    }

    /// The line after those that were read.
    pub(super) fn line(&self) -> u64 {
        self.lines + 1
    }

    pub(super) fn bytes(&self) -> u64 {
        self.bytes
    }

    pub(super) fn next(&mut self) -> io::Result<Next> {
        let (mut note, mut lines, mut blank) = (Vec::new(), 0, 0);
        loop {
            let before = note.len();
            // A file without line ends does not fill the memory: what is too long is no note.
            let room = (MAX_NOTE_BYTES + 2).saturating_sub(before) as u64;
            self.from.by_ref().take(room).read_until(b'\n', &mut note)?;
            let is_too_long = note.len() > MAX_NOTE_BYTES + 1;
            let line = &note[before..];
            if !is_too_long && line.last() != Some(&b'\n') {
                return Ok(if note.is_empty() { Next::Nothing } else { Next::Part });
            }
            lines += 1;
            blank += u32::from(line == b"\n");
            if is_too_long || blank == 2 {
                let line = self.line();
                self.lines += lines;
                self.bytes += note.len() as u64;
                note.pop();
                return Ok(Next::Note { line, note });
            }
        }
    }
}

/// The file, to be written to.
#[derive(Debug)]
pub(super) struct Kept {
    file: File,
    path: PathBuf,
    bytes: u64,
    pub(super) last: Option<Checkpoint>,
    /// After this nothing is appended: what is on the disk is not known.
    fault: Option<String>,
}

impl Kept {
    /// Goes on after the first `bytes` of the file, which `last` ends. What is behind them is cut off.
    pub(super) fn open(
        directory: &Path,
        bytes: u64,
        last: Option<Checkpoint>,
    ) -> Result<Self, StoreError> {
        let path = path_in(directory);
        let file = open(owner_only().append(true).read(true).create(true), &path)?;
        sync(directory)?;
        let found =
            file.metadata().map_err(|error| StoreError::io("cannot read", &path, &error))?;
        if found.len() > bytes {
            let cut = file.set_len(bytes).and_then(|()| file.sync_data());
            cut.map_err(|error| StoreError::io("cannot repair", &path, &error))?;
            let cut = found.len() - bytes;
            crate::contain::trace(|| {
                tracing::warn!(target: "failclosed", path = %path.display(), cut, "a part of a checkpoint was cut off");
            });
        }
        Ok(Self { file, path, bytes, last, fault: None })
    }

    /// Whether the last checkpoint is still what ends the file: read again, and not remembered.
    pub(super) fn ends_as_it_did(&mut self) -> Result<(), StoreError> {
        if let Some(fault) = &self.fault {
            // FAIL CLOSED: what is on the disk is not known.
            return Err(StoreError::new(fault));
        }
        let checked = self.look();
        checked.inspect_err(|why| self.fault = Some(why.to_string()))
    }

    fn look(&self) -> Result<(), StoreError> {
        in_place(&self.file, &self.path, self.bytes)?;
        let Some(last) = &self.last else { return Ok(()) };
        let expected = entry(last);
        let mut found = vec![0; expected.len()];
        let at = self.bytes.saturating_sub(expected.len() as u64);
        let read = self.file.read_exact_at(&mut found, at);
        read.map_err(|error| StoreError::io("cannot read", &self.path, &error))?;
        if found != expected.as_bytes() {
            // FAIL CLOSED: who signs on after a checkpoint that is not theirs signs two logs.
            return Err(StoreError::new(format_args!(
                "the last checkpoint in {} was changed while the log was open\n\
                 help: verify the log with its key, then open it again",
                self.path.display()
            )));
        }
        Ok(())
    }

    /// Appends a checkpoint. When this returns, it is on the disk.
    pub(super) fn append(&mut self, checkpoint: Checkpoint) -> Result<(), StoreError> {
        let text = entry(&checkpoint);
        if let Err(error) = self.file.write_all(text.as_bytes()) {
            // What was written of it must not stand before the next one.
            if let Err(error) = self.file.set_len(self.bytes) {
                self.fault = Some(format!("cannot cut {}: {error}", self.path.display()));
            }
            return Err(StoreError::io("cannot write", &self.path, &error));
        }
        if let Err(error) = self.file.sync_data() {
            // FAIL CLOSED: the next sync would say that all is well, and it is not known.
            let why = StoreError::io("cannot sync", &self.path, &error);
            self.fault = Some(why.to_string());
            return Err(why);
        }
        self.bytes += text.len() as u64;
        self.last = Some(checkpoint);
        Ok(())
    }
}

/// A checkpoint as it stands in a file of them.
fn entry(checkpoint: &Checkpoint) -> String {
    format!("{checkpoint}\n")
}
