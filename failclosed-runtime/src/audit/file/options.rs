//! How a log in files is kept, and that one process writes it.

use std::{
    borrow::Cow,
    fs::{File, TryLockError},
    path::PathBuf,
    time::{Duration, Instant},
};

use super::{FileStore, base::Base, directory::make, packer::Packer, room::Room, segment};
use crate::audit::StoreError;

/// What a segment may hold before the next one begins, unless the options say otherwise.
const SEGMENT_BYTES: u64 = 64 << 20;

/// How often the lock of a log that another process writes is looked at.
const LOOK_AGAIN: Duration = Duration::from_millis(2);

/// Less room than this is warned of, unless the options say otherwise.
const WARN_BELOW: u64 = 1 << 30;

/// How a log in files is kept.
#[derive(Debug, Clone)]
#[must_use]
pub struct FileOptions {
    pub(super) segment_bytes: u64,
    patience: Duration,
    pub(super) daily: bool,
    warn_below: u64,
    pub(super) compress: bool,
    pub(super) keep_for: Option<Duration>,
    pub(super) keep_bytes: Option<u64>,
    /// Why records are left to the system to write, where they are.
    pub(super) unsynced: Option<Cow<'static, str>>,
}

impl Default for FileOptions {
    fn default() -> Self {
        Self {
            segment_bytes: SEGMENT_BYTES,
            patience: Duration::ZERO,
            daily: false,
            warn_below: WARN_BELOW,
            compress: true,
            keep_for: None,
            keep_bytes: None,
            unsynced: None,
        }
    }
}

impl FileOptions {
    /// How many bytes a segment holds before the next one begins. 64 MiB unless set.
    pub fn segment_bytes(mut self, bytes: u64) -> Self {
        self.segment_bytes = bytes.max(1);
        self
    }

    /// How long another process that writes the log is waited for when it is opened: not at all, unless set.
    /// For programs that are started often and end at once. It blocks the thread.
    pub fn patience(mut self, patience: Duration) -> Self {
        self.patience = patience;
        self
    }

    /// Begins a segment with each day, in UTC, also before the last one is full. A clock that is set
    /// back begins none.
    pub fn daily(mut self) -> Self {
        self.daily = true;
        self
    }

    /// Warns through `tracing` when the disk has less room than this, in bytes: before it has none, and
    /// everything is denied. Once, and again after there was more. 1 GiB unless set; 0 never warns.
    pub fn warn_below(mut self, bytes: u64) -> Self {
        self.warn_below = bytes;
        self
    }

    /// Whether segments are compressed with zstd once the next one has begun, on a thread of their own that no
    /// record waits for. They are, unless this says no. All that reads a log reads both kinds.
    pub fn compress(mut self, compress: bool) -> Self {
        self.compress = compress;
        self
    }

    /// Removes old files, from the first one on, once their records are older than this. Everything is kept
    /// unless this or [`keep_bytes`](Self::keep_bytes) is said; where both are, a file goes when both let it.
    ///
    /// A file is as old as the time between its last record and the first one of the file that is written,
    /// both by the wall clock of then: while nothing is recorded, nothing is removed. With each file that
    /// begins, two are removed at most: a clock that was set far ahead does not empty the log.
    ///
    /// Only of a log that is [signed](Self::open_sealed), and only what a checkpoint covers that is on the disk,
    /// and with the witness where there is one. Where the log then begins is signed, too; what is left is
    /// verified as before.
    pub fn keep_for(mut self, age: Duration) -> Self {
        self.keep_for = Some(age);
        self
    }

    /// Removes old files, from the first one on, as long as the closed ones that are left have this many bytes
    /// on the disk. For the rest see [`keep_for`](Self::keep_for): without that one, whoever can make many
    /// records can make the log forget.
    pub fn keep_bytes(mut self, bytes: u64) -> Self {
        self.keep_bytes = Some(bytes);
        self
    }

    pub(crate) fn unsynced(mut self, reason: Cow<'static, str>) -> Self {
        self.unsynced = Some(reason);
        self
    }

    /// Opens the log in `directory`, which is made if it is not there, for its owner alone.
    ///
    /// # Errors
    /// A directory that cannot be used, whose log another process writes, or whose last file is a link:
    /// it would be mended at a place that is not the log's. Options by which old files would be removed.
    pub fn open(self, directory: impl Into<PathBuf>) -> Result<FileStore, StoreError> {
        if self.keep_for.is_some() || self.keep_bytes.is_some() {
            // FAIL CLOSED: of a log that nobody signed, nobody could say that this was all that was removed.
            return Err(StoreError::new(
                "old records are removed of a signed log alone\n\
                 help: open it with `FileOptions::open_sealed`, or leave out `keep_for` and `keep_bytes`",
            ));
        }
        self.open_any(directory.into())
    }

    pub(in crate::audit) fn open_any(self, directory: PathBuf) -> Result<FileStore, StoreError> {
        make(&directory)?;
        let path = directory.join("lock");
        let lock = segment::open(segment::owner_only().write(true).create(true), &path)?;
        match self.lock(&lock) {
            Ok(()) => {}
            // FAIL CLOSED: two writers would make two chains in one file.
            Err(TryLockError::WouldBlock) => {
                return Err(StoreError::new(format_args!(
                    "the audit log in {} is being written by another process\n\
                     help: give each process a directory of its own",
                    directory.display()
                )));
            }
            Err(TryLockError::Error(error)) => {
                return Err(StoreError::io("cannot lock", &path, &error));
            }
        }
        let room = Room::new(self.warn_below);
        let (lock, options) = (Lock(lock), self);
        let base = Base::read(&directory)?.map_err(|broken| {
            // FAIL CLOSED: nothing is chained to what is not whole.
            StoreError::new(format_args!(
                "the audit log is damaged: {broken}\n\
                 help: verify the log, keep it, and begin another one in an empty directory"
            ))
        })?;
        let packer = Packer::default();
        let (open, fault) = (None, None);
        Ok(FileStore { directory, options, base, packer, _lock: lock, open, room, fault })
    }
}

impl FileOptions {
    fn lock(&self, lock: &File) -> Result<(), TryLockError> {
        let now = Instant::now();
        // FAIL CLOSED: a wait without an end is none.
        let due = now.checked_add(self.patience).unwrap_or(now);
        loop {
            match lock.try_lock() {
                Err(TryLockError::WouldBlock) if Instant::now() < due => {
                    // The lock of a file has no queue: whoever looks first has it.
                    std::thread::park_timeout(LOOK_AGAIN);
                }
                locked => return locked,
            }
        }
    }
}

/// That nobody else writes the log.
#[derive(Debug)]
pub(super) struct Lock(File);

impl Drop for Lock {
    fn drop(&mut self) {
        // Said, and not left to the closing of the file: a program that is being started by another
        // thread has it open too, until it is another program.
        if let Err(error) = self.0.unlock() {
            tracing::warn!(target: "failclosed", %error, "the lock of the audit log was not given back");
        }
    }
}
