//! A log in files: one directory, one writer, JSON Lines.

use std::{
    fs::File,
    io::Write,
    path::{Path, PathBuf},
    time::{SystemTime, UNIX_EPOCH},
};

use self::{
    base::{Base, gone},
    options::Lock,
    packer::{Order, Packer},
    room::Room,
    segment::{create, in_place, is_packed, open_for_append},
    source::{Next, Source},
};
use super::{End, GENESIS, Line, Record, Repair, Store, StoreError, line::hex, verify::lines};
use crate::decision::Policies;

pub(super) mod base;
pub(super) mod directory;
#[cfg(feature = "audit-signed")]
mod keep;
mod options;
mod packed;
mod packer;
mod policies;
mod room;
pub(super) mod segment;
pub(super) mod source;
#[cfg(test)]
mod tests;

pub use options::FileOptions;
pub use policies::policies;
pub(super) use segment::segments;

const DAY_MS: u64 = 24 * 60 * 60 * 1_000;

/// Keeps records in files that only their owner can read. Each append is on the disk, by one
/// `fdatasync`, before it counts.
#[derive(Debug)]
pub struct FileStore {
    directory: PathBuf,
    options: FileOptions,
    /// Where the log begins, if not with the first record of all.
    base: Option<Base>,
    /// Before the lock, so that it is done when that is given back.
    packer: Packer,
    /// Held as long as this lives.
    _lock: Lock,
    open: Option<Open>,
    room: Room,
    /// After this nothing is appended: what is on the disk is not known.
    fault: Option<String>,
}

/// The segment that is written.
#[derive(Debug)]
struct Open {
    file: File,
    path: PathBuf,
    /// The number of its first record.
    first: u64,
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

    /// Removes what comes before the log's beginning, and compresses what comes before the segment that is
    /// written.
    fn tidy(&mut self) {
        let first = self.open.as_ref().map_or(0, |open| open.first);
        let (base, open) = (self.begins(), if self.options.compress { first } else { 0 });
        self.packer.order(&self.directory, Order { base, open });
    }

    /// The number of the first record that there is.
    fn begins(&self) -> u64 {
        self.base.as_ref().map_or(0, |base| base.size)
    }

    /// The segments that there are, in order.
    fn segments(&self) -> Result<Vec<(u64, PathBuf)>, StoreError> {
        let mut all = segments(&self.directory)?;
        // What is left of others that were removed does not count.
        all.retain(|(first, _)| *first >= self.begins());
        Ok(all)
    }

    fn write(&mut self, lines: &[Line]) -> Result<(), StoreError> {
        let Some(first) = lines.first() else { return Ok(()) };
        let today = today();
        if self.open.as_ref().is_none_or(|open| open.is_full(&self.options, today)) {
            self.open = Some(create(&self.directory, first.seq())?);
            self.tidy();
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

impl FileStore {
    /// Finds where the chain ends, in the last segment, and opens that one. A part of a record that a crash
    /// left there is cut off.
    fn go_on(&mut self, end: &mut End, path: PathBuf) -> Result<Open, StoreError> {
        let first = end.next;
        let (file, text) = open_for_append(&path)?;
        let (whole, rest) = match text.iter().rposition(|byte| *byte == b'\n') {
            Some(at) => text.split_at(at + 1),
            None => (&text[..0], &text[..]),
        };
        let mut day = today();
        for line in lines(whole) {
            day = follow(end, line).map_err(|why| damaged(end.next, &path, &why))? / DAY_MS;
        }
        let mut open = Open { file, path, first, bytes: whole.len() as u64, day };
        match Record::read(rest) {
            _ if rest.is_empty() => {}
            // Whole but for its end: it may have been acknowledged by a store that is not this one.
            Ok(record) if record.follows(end.next, &end.hash) => {
                let ended = open.file.write_all(b"\n").and_then(|()| open.file.sync_data());
                ended.map_err(|error| StoreError::io("cannot repair", &open.path, &error))?;
                open.bytes = text.len() as u64 + 1;
                (end.next, end.hash) = (record.seq + 1, record.hash);
            }
            _ => {
                let cut = open.file.set_len(open.bytes).and_then(|()| open.file.sync_data());
                cut.map_err(|error| StoreError::io("cannot repair", &open.path, &error))?;
                end.repaired = Some(Repair { bytes: rest.len() as u64, sha256: hex(rest) });
            }
        }
        Ok(open)
    }

    /// Hands over each line of a segment until it is told to stop.
    fn each_line(
        &self,
        path: PathBuf,
        mut each: impl FnMut(&[u8]) -> Result<bool, StoreError>,
    ) -> Result<(), StoreError> {
        let broken =
            |path: &Path, why: &str| StoreError::new(format_args!("{}: {why}", path.display()));
        let mut source = Source::open(path.clone())?.map_err(|why| broken(&path, &why))?;
        let mut text = Vec::new();
        loop {
            text.clear();
            match source.line(&mut text)?.map_err(|why| broken(source.path(), &why))? {
                Next::Line if each(&text)? => {}
                Next::Line | Next::Part | Next::Nothing => return Ok(()),
                // FAIL CLOSED: what is too long to be read is not whole.
                Next::TooLong => return Err(broken(source.path(), "a line is too long")),
            }
        }
    }
}

/// Whether a line follows the last one, which it then is. Gives when it was written.
fn follow(end: &mut End, line: &[u8]) -> Result<u64, String> {
    let record = Record::read(line).map_err(|why| why.to_string())?;
    if !record.follows(end.next, &end.hash) {
        return Err("it does not follow the one before".to_owned());
    }
    (end.next, end.hash) = (record.seq + 1, record.hash);
    Ok(record.at_ms)
}

fn damaged(seq: u64, path: &Path, why: &str) -> StoreError {
    // FAIL CLOSED: nothing is chained to what is not whole.
    StoreError::new(format_args!(
        "the audit log is damaged at record {seq} in {}: {why}\n\
         help: verify the log, keep it, and begin another one in an empty directory",
        path.display()
    ))
}

impl Store for FileStore {
    fn end(&mut self) -> Result<End, StoreError> {
        let (next, hash) = match &self.base {
            Some(base) => (base.size, base.hash.clone()),
            None => (0, GENESIS.to_owned()),
        };
        let mut end = End { next, hash, repaired: None };
        let mut all = self.segments()?;
        let Some((first, path)) = all.pop() else { return Ok(end) };
        if first > next {
            // What this segment's first record follows is at the end of the segment before.
            let before = self.read(first - 1, 1)?.pop().filter(|line| line.seq() == first - 1);
            let before =
                before.ok_or_else(|| damaged(first, &path, "the one before is missing"))?;
            before.hash().clone_into(&mut end.hash);
        }
        end.next = first;
        if is_packed(&path) {
            // The one after it is not there: another one is begun.
            self.each_line(path.clone(), |line| {
                follow(&mut end, line).map_err(|why| damaged(end.next, &path, &why))?;
                Ok(true)
            })?;
        } else {
            self.open = Some(self.go_on(&mut end, path)?);
        }
        let is_left = |(at, path): &(u64, PathBuf)| *at < next || (*at < first && !is_packed(path));
        if segments(&self.directory)?.iter().any(is_left) {
            self.tidy();
        }
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

    fn keep_policies(&mut self, policies: &Policies) -> Result<(), StoreError> {
        policies::keep(&self.directory, policies)
    }

    fn policies(&mut self, digest: &str) -> Result<Option<Policies>, StoreError> {
        policies(&self.directory, digest)
    }

    fn read(&mut self, from: u64, limit: usize) -> Result<Vec<Line>, StoreError> {
        if from < self.begins() {
            return Err(gone(from, self.begins()));
        }
        let mut found = Vec::new();
        let all = self.segments()?;
        let begin = all.partition_point(|(first, _)| *first <= from).saturating_sub(1);
        for (_, path) in all.into_iter().skip(begin) {
            if found.len() >= limit {
                break;
            }
            self.each_line(path.clone(), |line| {
                let broken = |why: &dyn std::fmt::Display| {
                    StoreError::new(format_args!("{}: {why}", path.display()))
                };
                let record = Record::read(line).map_err(|why| broken(&why))?;
                if record.seq >= from {
                    if record.seq != from + found.len() as u64 {
                        // FAIL CLOSED: a file between the two is not there.
                        return Err(broken(&"the records before it are missing"));
                    }
                    let text = std::str::from_utf8(line).map_err(|why| broken(&why))?;
                    found.push(Line::read(&record, text));
                }
                Ok(found.len() < limit)
            })?;
        }
        Ok(found)
    }

    fn close(&mut self) -> Result<(), StoreError> {
        let Some(open) = self.open.take() else { return Ok(()) };
        open.file.sync_all().map_err(|error| StoreError::io("cannot sync", &open.path, &error))
    }
}
