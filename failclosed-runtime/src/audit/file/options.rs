//! How a log in files is kept, and that one process writes it.

use std::{
    fs::{File, TryLockError},
    path::PathBuf,
    time::{Duration, Instant},
};

use super::{FileStore, directory::make, packer::Packer, room::Room, segment};
use crate::audit::StoreError;

/// What a segment may hold before the next one begins, unless the options say otherwise.
const SEGMENT_BYTES: u64 = 64 << 20;

/// How often the lock of a log that another process writes is looked at.
const LOOK_AGAIN: Duration = Duration::from_millis(2);

/// Less room than this is warned of, unless the options say otherwise.
const WARN_BELOW: u64 = 1 << 30;

/// How a log in files is kept.
#[derive(Debug, Clone, Copy)]
#[must_use]
pub struct FileOptions {
    pub(super) segment_bytes: u64,
    patience: Duration,
    pub(super) daily: bool,
    warn_below: u64,
    pub(super) compress: bool,
}

impl Default for FileOptions {
    fn default() -> Self {
        Self {
            segment_bytes: SEGMENT_BYTES,
            patience: Duration::ZERO,
            daily: false,
            warn_below: WARN_BELOW,
            compress: true,
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

    /// Opens the log in `directory`, which is made if it is not there, for its owner alone.
    ///
    /// # Errors
    /// A directory that cannot be used, whose log another process writes, or whose last file is a link:
    /// it would be mended at a place that is not the log's.
    pub fn open(self, directory: impl Into<PathBuf>) -> Result<FileStore, StoreError> {
        let directory = directory.into();
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
        let packer = Packer::default();
        Ok(FileStore { directory, options, packer, _lock: lock, open: None, room, fault: None })
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
