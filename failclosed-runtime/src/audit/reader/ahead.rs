//! Records that are read ahead of who asks for them, on all processors: each says by itself whether it is
//! whole. Only whether it follows the one before has to be asked in order.

use std::{
    num::NonZero,
    ops::Range,
    panic::resume_unwind,
    sync::LazyLock,
    thread::{self, Builder},
    vec,
};

use crate::audit::{
    RecordFault,
    file::source::{Found, Next, Source},
    record::place::FromLine,
};

/// So much text is read at a time, in bytes, and the line that it ends in.
const CHUNK: usize = 1 << 20;

/// Less than so much text is not worth a thread, in bytes.
const SHARE: usize = 1 << 16;

/// More threads than so many would wait for the one that reads.
const MOST_THREADS: usize = 8;

static THREADS: LazyLock<usize> =
    LazyLock::new(|| thread::available_parallelism().map_or(1, NonZero::get).min(MOST_THREADS));

type Read<T> = Result<T, RecordFault>;

/// What comes next in a segment.
pub(super) enum Ahead<T> {
    /// A line that ends, and what it is.
    Line(Read<T>),
    /// No such line.
    No(Next),
}

/// The lines of a segment that were read and not asked for yet.
#[derive(Debug)]
pub(super) struct Lines<T> {
    text: Vec<u8>,
    ahead: vec::IntoIter<(Range<usize>, Read<T>)>,
    /// The line that was given last.
    last: Range<usize>,
    /// What came after them: said once they are given.
    after: Option<Found<Next>>,
}

impl<T> Default for Lines<T> {
    fn default() -> Self {
        Self { text: Vec::new(), ahead: Vec::new().into_iter(), last: 0..0, after: None }
    }
}

impl<T: FromLine> Lines<T> {
    /// The text of the line that was given last, without its end.
    pub(super) fn text(&self) -> &[u8] {
        self.text.get(self.last.clone()).unwrap_or_default()
    }

    /// What comes next: of what was read ahead, or in the file as it is now.
    pub(super) fn next(&mut self, source: &mut Source) -> Found<Ahead<T>> {
        if self.ahead.len() == 0 && self.after.is_none() {
            self.fill(source);
        }
        match self.ahead.next() {
            Some((line, read)) => {
                self.last = line;
                Ok(Ok(Ahead::Line(read)))
            }
            None => match self.after.take() {
                Some(after) => after.map(|next| next.map(Ahead::No)),
                // FAIL CLOSED: that nothing was read is no end of the log.
                None => Ok(Err("nothing was read, and not its end".to_owned())),
            },
        }
    }

    fn fill(&mut self, source: &mut Source) {
        self.text.clear();
        self.last = 0..0;
        let mut lines = Vec::new();
        while self.text.len() < CHUNK {
            let begin = self.text.len();
            match source.line(&mut self.text) {
                Ok(Ok(Next::Line)) => lines.push(begin..self.text.len()),
                other => {
                    self.after = Some(other);
                    break;
                }
            }
        }
        let read = read(&self.text, &lines);
        self.ahead = lines.into_iter().zip(read).collect::<Vec<_>>().into_iter();
    }
}

/// What each line is, in their order.
fn read<T: FromLine>(text: &[u8], lines: &[Range<usize>]) -> Vec<Read<T>> {
    let all = |lines: &[Range<usize>]| -> Vec<Read<T>> {
        // FAIL CLOSED: a line that is not there is read as an empty one, which is no record.
        lines.iter().map(|line| T::read(text.get(line.clone()).unwrap_or_default())).collect()
    };
    let threads = (text.len() / SHARE).min(*THREADS).max(1);
    let mut shares = lines.chunks(lines.len().div_ceil(threads).max(1));
    let Some(mine) = shares.next() else { return Vec::new() };
    thread::scope(|scope| {
        let others: Vec<_> = shares
            .map(|share| (share, Builder::new().spawn_scoped(scope, move || all(share))))
            .collect();
        let mut read = all(mine);
        for (share, thread) in others {
            read.extend(match thread {
                Ok(thread) => thread.join().unwrap_or_else(|panic| resume_unwind(panic)),
                // A machine that has no thread for it takes longer.
                Err(_) => all(share),
            });
        }
        read
    })
}
