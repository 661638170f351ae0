//! The newest lines, for members that are a little behind. Bounded: who lacks more reads it from another member.

use std::collections::VecDeque;

use crate::audit::Line;

/// So many lines are held, and so many bytes of them, beside those that no member has yet.
const MOST_LINES: usize = 4_096;
const MOST_BYTES: usize = 8 << 20;

/// How many lines a member is given at once.
pub(super) const BATCH: usize = 1_000;

#[derive(Default)]
pub(super) struct Tail {
    lines: VecDeque<Line>,
    bytes: usize,
}

impl Tail {
    pub(super) fn push(&mut self, lines: &[Line]) {
        self.bytes += lines.iter().map(|line| line.text().len()).sum::<usize>();
        self.lines.extend(lines.iter().cloned());
    }

    /// A batch from a record on; `None` where it is not here any more.
    pub(super) fn from(&self, next: u64) -> Option<Vec<Line>> {
        let first = self.lines.front()?.seq();
        let skip = usize::try_from(next.checked_sub(first)?).ok()?;
        Some(self.lines.iter().skip(skip).take(BATCH).cloned().collect())
    }

    /// Takes back what comes from a record on.
    pub(super) fn cut(&mut self, next: u64) {
        while let Some(line) = self.lines.pop_back_if(|line| line.seq() >= next) {
            self.bytes -= line.text().len();
        }
    }

    /// Drops what every member has; and what is too much to be held, as far as it is `durable` elsewhere.
    pub(super) fn trim(&mut self, every: u64, durable: u64) {
        loop {
            let is_much = self.lines.len() > MOST_LINES || self.bytes > MOST_BYTES;
            let goes = |line: &mut Line| line.seq() < every || (is_much && line.seq() < durable);
            let Some(line) = self.lines.pop_front_if(goes) else { return };
            self.bytes -= line.text().len();
        }
    }
}
