//! A log in files: one directory, one writer, JSON Lines.

use std::{
    borrow::Cow,
    fs::{File, TryLockError},
    io::Write,
    path::PathBuf,
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use self::{
    directory::make,
    room::Room,
    segment::{create, in_place, open_for_append},
};
use super::{End, GENESIS, Line, Record, Repair, Store, StoreError, line::hex, verify::lines};
use crate::decision::Policies;

pub(super) mod directory;
mod policies;
mod room;
pub(super) mod segment;
#[cfg(test)]
mod tests;

pub use policies::policies;
pub(super) use segment::segments;

/// What a segment may hold before the next one begins, unless the options say otherwise.
const SEGMENT_BYTES: u64 = 64 << 20;

/// How often the lock of a log that another process writes is looked at.
const LOOK_AGAIN: Duration = Duration::from_millis(2);

/// Less room than this is warned of, unless the options say otherwise.
const WARN_BELOW: u64 = 1 << 30;

const DAY_MS: u64 = 24 * 60 * 60 * 1_000;

/// How a log in files is kept.
#[derive(Debug, Clone)]
#[must_use]
pub struct FileOptions {
    segment_bytes: u64,
    patience: Duration,
    daily: bool,
    warn_below: u64,
    /// Why records are left to the system to write, where they are.
    unsynced: Option<Cow<'static, str>>,
}

impl Default for FileOptions {
    fn default() -> Self {
        Self {
            segment_bytes: SEGMENT_BYTES,
            patience: Duration::ZERO,
            daily: false,
            warn_below: WARN_BELOW,
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

    pub(crate) fn unsynced(mut self, reason: Cow<'static, str>) -> Self {
        self.unsynced = Some(reason);
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
        Ok(FileStore { directory, options, _lock: lock, open: None, room, fault: None })
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

/// Keeps records in files that only their owner can read. Each append is on the disk, by one
/// `fdatasync`, before it counts.
#[derive(Debug)]
pub struct FileStore {
    directory: PathBuf,
    options: FileOptions,
    /// Held as long as this lives.
    _lock: Lock,
    open: Option<Open>,
    room: Room,
    /// After this nothing is appended: what is on the disk is not known.
    fault: Option<String>,
}

/// That nobody else writes the log.
#[derive(Debug)]
struct Lock(File);

impl Drop for Lock {
    fn drop(&mut self) {
        // Said, and not left to the closing of the file: a program that is being started by another
        // thread has it open too, until it is another program.
        if let Err(error) = self.0.unlock() {
            tracing::warn!(target: "failclosed", %error, "the lock of the audit log was not given back");
        }
    }
}

/// The segment that is written.
#[derive(Debug)]
struct Open {
    file: File,
    path: PathBuf,
    /// How much of it counts.
    bytes: u64,
    /// The day of its last record.
    day: u64,
}

impl FileStore {
    /// The log in `directory`, kept in the usual way.
    ///
    /// # Errors
    /// As [`FileOptions::open`].
    pub fn open(directory: impl Into<PathBuf>) -> Result<Self, StoreError> {
        FileOptions::default().open(directory)
    }

    /// Whether the segment that is written is where it was, with nothing added or taken by others.
    #[cfg(feature = "audit-signed")]
    pub(super) fn is_in_place(&self) -> Result<(), StoreError> {
        self.open.as_ref().map_or(Ok(()), Open::is_in_place)
    }

    fn write(&mut self, lines: &[Line]) -> Result<(), StoreError> {
        let Some(first) = lines.first() else { return Ok(()) };
        let today = today();
        if self.open.as_ref().is_none_or(|open| open.is_full(&self.options, today)) {
            self.open = Some(create(&self.directory, first.seq())?);
        }
        let Some(open) = &mut self.open else {
            // FAIL CLOSED: nothing to write to.
            return Err(StoreError::new("no segment is open"));
        };
        // Before it: records that are appended to a file nobody can find are lost.
        open.is_in_place().inspect_err(|why| self.fault = Some(why.to_string()))?;
        let mut text = Vec::with_capacity(lines.iter().map(|line| line.text().len() + 1).sum());
        for line in lines {
            text.extend_from_slice(line.text().as_bytes());
            text.push(b'\n');
        }
        if let Err(error) = open.file.write_all(&text) {
            // What was written of it must not stand before the next record.
            if let Err(error) = open.file.set_len(open.bytes) {
                self.fault = Some(format!("cannot cut {}: {error}", open.path.display()));
            }
            return Err(StoreError::io("cannot write", &open.path, &error));
        }
        let is_synced = self.options.unsynced.is_none();
        if is_synced && let Err(error) = open.file.sync_data() {
            // FAIL CLOSED: after a failed sync the kernel may have dropped what it held, and the
            // next sync would say that all is well.
            let why = StoreError::io("cannot sync", &open.path, &error);
            self.fault = Some(why.to_string());
            return Err(why);
        }
        open.bytes += text.len() as u64;
        open.day = today.max(open.day);
        self.room.look(&self.directory, text.len() as u64);
        // And after it: the file may have gone meanwhile.
        open.is_in_place().inspect_err(|why| self.fault = Some(why.to_string()))
    }
}

/// Days since 1970, by the wall clock.
fn today() -> u64 {
    // A clock before 1970 makes no new segments: no day is before its day.
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    since.as_secs() * 1_000 / DAY_MS
}

impl Open {
    /// Whether the next record begins another segment. An empty one has the name that it would get.
    fn is_full(&self, options: &FileOptions, today: u64) -> bool {
        let is_over = options.daily && self.day < today;
        self.bytes > 0 && (self.bytes >= options.segment_bytes || is_over)
    }

    fn is_in_place(&self) -> Result<(), StoreError> {
        in_place(&self.file, &self.path, self.bytes)
    }
}

impl Store for FileStore {
    fn end(&mut self) -> Result<End, StoreError> {
        let mut end = End { next: 0, hash: GENESIS.to_owned(), repaired: None };
        let Some((first, path)) = segments(&self.directory)?.pop() else { return Ok(end) };
        let (file, text) = open_for_append(&path)?;
        let (whole, rest) = match text.iter().rposition(|byte| *byte == b'\n') {
            Some(at) => text.split_at(at + 1),
            None => (&text[..0], &text[..]),
        };
        end.next = first;
        let damaged = |seq: u64, why: &str| {
            // FAIL CLOSED: nothing is chained to what is not whole.
            StoreError::new(format_args!(
                "the audit log is damaged at record {seq} in {}: {why}\n\
                 help: verify the log, keep it, and begin another one in an empty directory",
                path.display()
            ))
        };
        if first > 0 {
            // What this segment's first record follows is at the end of the segment before.
            let before = self.read(first - 1, 1)?.pop().filter(|line| line.seq() == first - 1);
            let before = before.ok_or_else(|| damaged(first, "the one before is missing"))?;
            before.hash().clone_into(&mut end.hash);
        }
        let mut day = today();
        for line in lines(whole) {
            let record = Record::read(line).map_err(|why| damaged(end.next, &why.to_string()))?;
            if !record.follows(end.next, &end.hash) {
                return Err(damaged(end.next, "it does not follow the one before"));
            }
            day = record.at_ms / DAY_MS;
            (end.next, end.hash) = (record.seq + 1, record.hash);
        }
        let mut open = Open { file, bytes: whole.len() as u64, path: path.clone(), day };
        match Record::read(rest) {
            _ if rest.is_empty() => {}
            // Whole but for its end: it may have been acknowledged by a store that is not this one.
            Ok(record) if record.follows(end.next, &end.hash) => {
                let ended = open.file.write_all(b"\n").and_then(|()| open.file.sync_data());
                ended.map_err(|error| StoreError::io("cannot repair", &path, &error))?;
                open.bytes = text.len() as u64 + 1;
                (end.next, end.hash) = (record.seq + 1, record.hash);
            }
            _ => {
                let cut = open.file.set_len(open.bytes).and_then(|()| open.file.sync_data());
                cut.map_err(|error| StoreError::io("cannot repair", &path, &error))?;
                end.repaired = Some(Repair { bytes: rest.len() as u64, sha256: hex(rest) });
            }
        }
        self.open = Some(open);
        Ok(end)
    }

    fn append(&mut self, lines: &[Line]) -> Result<(), StoreError> {
        match &self.fault {
            // FAIL CLOSED: what is on the disk is not known.
            Some(fault) => Err(StoreError::new(fault)),
            None => self.write(lines),
        }
    }

    fn unsynced(&self) -> Option<&str> {
        self.options.unsynced.as_deref()
    }

    fn keep(&mut self, policies: &Policies) -> Result<(), StoreError> {
        policies::keep(&self.directory, policies)
    }

    fn read(&mut self, from: u64, limit: usize) -> Result<Vec<Line>, StoreError> {
        let mut found = Vec::new();
        let all = segments(&self.directory)?;
        let begin = all.partition_point(|(first, _)| *first <= from).saturating_sub(1);
        for (_, path) in all.into_iter().skip(begin) {
            let text = std::fs::read(&path);
            let text = text.map_err(|error| StoreError::io("cannot read", &path, &error))?;
            for line in lines(&text) {
                if found.len() >= limit {
                    return Ok(found);
                }
                let broken = |why: &dyn std::fmt::Display| {
                    StoreError::new(format_args!("{}: {why}", path.display()))
                };
                let record = Record::read(line).map_err(|why| broken(&why))?;
                if record.seq >= from {
                    let text = std::str::from_utf8(line).map_err(|why| broken(&why))?;
                    found.push(Line::read(&record, text));
                }
            }
        }
        Ok(found)
    }

    fn close(&mut self) -> Result<(), StoreError> {
        let Some(open) = self.open.take() else { return Ok(()) };
        open.file.sync_all().map_err(|error| StoreError::io("cannot sync", &open.path, &error))
    }
}
