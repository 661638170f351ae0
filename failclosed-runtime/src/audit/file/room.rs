//! A disk that will be full is told of before it is.

use std::path::Path;

use rustix::fs::statvfs;

use crate::contain;

/// The disk is looked at again after so many bytes: others fill it as well.
const EVERY: u64 = 1 << 20;

/// How much room there is for the log, and who was told.
#[derive(Debug)]
pub(super) struct Room {
    floor: u64,
    /// Bytes that were written since the last look.
    since: u64,
    is_low: bool,
}

impl Room {
    pub(super) fn new(floor: u64) -> Self {
        // So that the first record looks.
        Self { floor, since: EVERY, is_low: false }
    }

    /// Looks at the disk, if it is time to.
    pub(super) fn look(&mut self, directory: &Path, written: u64) {
        self.since = self.since.saturating_add(written);
        if self.since < EVERY {
            return;
        }
        self.since = 0;
        let free = match statvfs(directory) {
            Ok(disk) => disk.f_bavail.saturating_mul(disk.f_frsize),
            // No less is denied for it: a full disk denies by itself.
            Err(error) => {
                contain::trace(|| {
                    tracing::warn!(target: "failclosed", %error, "the audit log's room is not known");
                });
                return;
            }
        };
        if self.falls_to(free) {
            contain::trace(|| {
                tracing::warn!(
                    target: "failclosed", directory = %directory.display(), free,
                    "the disk of the audit log is nearly full: when it is, everything will be denied"
                );
            });
        }
    }

    /// Whether this is less than there should be, and was not before.
    fn falls_to(&mut self, free: u64) -> bool {
        let was_low = std::mem::replace(&mut self.is_low, free < self.floor);
        self.is_low && !was_low
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_told_once_until_there_is_room_again() {
        let mut room = Room::new(100);
        let told = [200, 100, 99, 50, 0, 100, 99].map(|free| room.falls_to(free));
        assert_eq!(told, [false, false, true, false, false, false, true]);
        let mut never = Room::new(0);
        assert!(!never.falls_to(0));
    }

    #[test]
    fn the_disk_is_looked_at_first_and_then_now_and_then() {
        let mut room = Room::new(u64::MAX);
        room.look(Path::new("."), 1);
        assert!((room.is_low, room.since) == (true, 0));
        room.is_low = false;
        room.look(Path::new("."), EVERY - 1);
        assert!(!room.is_low);
        room.look(Path::new("."), 1);
        assert!(room.is_low);
    }
}
