//! `log import`: a log from where it is into a database.

use std::{collections::HashSet, io::Write};

use failclosed_runtime::audit::{Line, Store, StoreError};

use super::{Output, Progress, Refusal, broken, place::Place, text::of, unreadable};

/// What is appended at once, at most: records, and bytes of them.
const RECORDS: usize = 1_000;
const BYTES: usize = 4 << 20;

/// So many are remembered; of more they are looked for again.
const MOST_POLICIES: usize = 1_024;

/// Adds to the target what it does not have. What it has must be what the log has.
pub(super) fn run(from: &Place, to: &Place, out: &mut Output<impl Write>) -> Result<u8, Refusal> {
    // The source first: a target is not made for what cannot be read.
    let mut source = from.open().map_err(unreadable)?;
    let mut target = to.store().map_err(unreadable)?;
    let had = target.end().map_err(unreadable)?.next;
    let mut import = Import {
        to,
        target: &mut *target,
        had,
        there: Vec::new(),
        new: Vec::new(),
        bytes: 0,
        added: 0,
        policies: HashSet::new(),
        progress: Progress::new("added"),
    };
    let result = loop {
        match source.next_record().map_err(unreadable)? {
            Ok(Some(record)) => {
                import.policies(from, &record.policies)?;
                import.take(record.seq, source.text())?;
            }
            Ok(None) => break source.finish().map_err(unreadable)?,
            Err(fault) => break Err(fault),
        }
    };
    // Also of a log that is broken: the part up to there is whole, and the next run begins after it.
    import.flush()?;
    let (added, had) = (import.added, import.had);
    drop(import);
    target.close().map_err(unreadable)?;
    let whole = result.map_err(broken)?;
    if whole.records == 0 {
        // FAIL CLOSED: the wrong directory, or one that was emptied.
        return Err(Refusal::undecided(format!("there are no records in {from}")));
    }
    let more = had.saturating_sub(whole.records);
    let more =
        if more > 0 { format!("; it has {} more", of("record", more)) } else { String::new() };
    let all = of("record", whole.records);
    out.line(&format!("{to} has all {all} of {from}, {added} of them new{more}"));
    Ok(0)
}

struct Import<'a> {
    to: &'a Place,
    target: &'a mut dyn Store,
    /// How many records it had, and some of them that come next.
    had: u64,
    there: Vec<Line>,
    new: Vec<Line>,
    bytes: usize,
    added: u64,
    /// The digests of the policies that were looked for.
    policies: HashSet<String>,
    progress: Progress,
}

impl Import<'_> {
    fn take(&mut self, seq: u64, text: &[u8]) -> Result<(), Refusal> {
        if seq < self.had {
            return self.compare(seq, text);
        }
        let text = str::from_utf8(text).map_err(|why| unreadable(StoreError::new(why)))?;
        let (line, _) = Line::parse(text).map_err(|why| unreadable(StoreError::new(why)))?;
        self.bytes += text.len();
        self.new.push(line);
        if self.new.len() == RECORDS || self.bytes >= BYTES { self.flush() } else { Ok(()) }
    }

    /// Brings the policies that a record names, where the log keeps them.
    fn policies(&mut self, from: &Place, digests: &[String]) -> Result<(), Refusal> {
        for digest in digests {
            if self.policies.contains(digest) {
                continue;
            }
            if let Some(policies) = from.policies(digest).map_err(unreadable)? {
                self.target.keep_policies(&policies).map_err(unreadable)?;
            }
            if self.policies.len() >= MOST_POLICIES {
                self.policies.clear();
            }
            self.policies.insert(digest.clone());
        }
        Ok(())
    }

    /// Whether the target has the same record. It is read from behind.
    fn compare(&mut self, seq: u64, text: &[u8]) -> Result<(), Refusal> {
        if self.there.is_empty() {
            self.there = self.target.read(seq, RECORDS).map_err(unreadable)?;
            self.there.reverse();
        }
        let same = self
            .there
            .pop()
            .is_some_and(|line| line.seq() == seq && line.text().as_bytes() == text);
        if same {
            return Ok(());
        }
        // FAIL CLOSED: nothing is added to another log.
        Err(Refusal::broken(format!(
            "record {seq} of {} is another one: nothing was added\n\
             help: import into a log of another name, such as `sqlite:audit.db#shop-2`",
            self.to
        )))
    }

    fn flush(&mut self) -> Result<(), Refusal> {
        if self.new.is_empty() {
            return Ok(());
        }
        self.target.append(&self.new).map_err(unreadable)?;
        self.added += self.new.len() as u64;
        self.progress.add(self.new.len() as u64);
        self.new.clear();
        self.bytes = 0;
        Ok(())
    }
}
