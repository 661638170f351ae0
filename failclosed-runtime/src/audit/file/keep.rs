//! What may go of a log whose options say so. That it goes, and what is signed of it before, is the business
//! of [`SealedStore`](crate::audit::signed::SealedStore).

use std::{path::PathBuf, time::Duration};

use super::{FileStore, base::Base, damaged, segment::is_packed};
use crate::audit::{Record, StoreError};

/// So many segments are removed for their age with each one that begins. One comes and one goes; a second one,
/// so that a log catches up. Not all: a clock may be wrong, and what is removed does not come back.
const MOST_FOR_AGE: usize = 2;

impl FileStore {
    /// Whether the next record begins a segment that is not the first.
    pub(in crate::audit) fn is_over(&self) -> bool {
        self.open.as_ref().is_some_and(|open| open.is_full(&self.options, super::today()))
    }

    /// The number of the first record of the segment that is written.
    pub(in crate::audit) fn segment(&self) -> Option<u64> {
        self.open.as_ref().map(|open| open.first)
    }

    /// The number of the first record that has to stay. Whole segments come before it: for their age two at most,
    /// or those up to the first place where the log may begin.
    ///
    /// # Errors
    /// A segment that cannot be read.
    pub(in crate::audit) fn stays(&self, first: u64) -> Result<u64, StoreError> {
        let (keep_for, keep_bytes) = (self.options.keep_for, self.options.keep_bytes);
        let (mut stays, mut left) = (self.begins(), 0);
        let all = self.segments()?;
        let Some(open) = all.last().filter(|_| keep_for.is_some() || keep_bytes.is_some()) else {
            return Ok(stays);
        };
        let now = if keep_for.is_some() { self.begun(open)? } else { None };
        if keep_bytes.is_some() {
            left = all.iter().map(|(_, path)| self.closed_bytes(path)).sum();
        }
        for (count, pair) in all.windows(2).enumerate() {
            let [(_, path), after] = pair else { break };
            left -= self.closed_bytes(path).min(left);
            if keep_bytes.is_some_and(|bytes| left < bytes) {
                break;
            }
            if let Some(age) = keep_for {
                // The records before it are no younger than it.
                let is_old = match (now, self.begun(after)?) {
                    (Some(now), Some(then)) => {
                        Duration::from_millis(now.saturating_sub(then)) >= age
                    }
                    // FAIL CLOSED: of what is not known to be old, nothing is removed.
                    _ => false,
                };
                if !is_old || (count >= MOST_FOR_AGE && stays >= first) {
                    break;
                }
            }
            stays = after.0;
        }
        Ok(stays)
    }

    /// From here on, the log begins there: what comes before is removed.
    pub(in crate::audit) fn begin_at(&mut self, base: Base) {
        self.base = Some(base);
        self.tidy();
    }

    /// What a segment takes, once it is what it will be. One that is to be compressed does not count yet:
    /// it will be a tenth of that.
    fn closed_bytes(&self, path: &PathBuf) -> u64 {
        let is_open = self.open.as_ref().is_some_and(|open| open.path == *path);
        if is_open || (self.options.compress && !is_packed(path)) {
            return 0;
        }
        // One that is not there any more takes nothing.
        path.symlink_metadata().map_or(0, |metadata| metadata.len())
    }

    /// When the first record of a segment was written; `None` where there is none yet.
    fn begun(&self, (first, path): &(u64, PathBuf)) -> Result<Option<u64>, StoreError> {
        let mut at_ms = None;
        self.each_line(path.clone(), |line| {
            let record = Record::read(line);
            at_ms = Some(record.map_err(|why| damaged(*first, path, &why.to_string()))?.at_ms);
            Ok(false)
        })?;
        Ok(at_ms)
    }
}
