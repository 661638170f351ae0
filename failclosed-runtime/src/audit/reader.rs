//! A log, record by record, and on while it grows.

use std::path::{Path, PathBuf};

use super::{
    Broken, GENESIS, MAX_LINE_BYTES, Record, StoreError, Verified,
    file::{
        segments,
        source::{Found, Next, Source},
    },
};

/// Reads a log from its first record on. Each record it gives is known to follow the one before, and
/// it holds no more than one of them.
#[derive(Debug)]
pub struct Reader {
    directory: PathBuf,
    /// The number of the next record, and the hash of the last one.
    next: u64,
    hash: String,
    open: Option<Segment>,
    /// The line that was read last, without its end.
    text: Vec<u8>,
}

/// The file that is being read.
#[derive(Debug)]
struct Segment {
    first: u64,
    source: Source,
    /// How many whole lines were read of it.
    line: u64,
}

impl Reader {
    /// Begins at the first record of the log in `directory`.
    ///
    /// # Errors
    /// A directory that cannot be read.
    pub fn open(directory: impl AsRef<Path>) -> Result<Self, StoreError> {
        let directory = directory.as_ref().to_owned();
        segments(&directory)?;
        Ok(Self { directory, next: 0, hash: GENESIS.to_owned(), open: None, text: Vec::new() })
    }

    /// The next record; `None` where no whole one is left. A program that writes the log may add more:
    /// ask again, and the answer may be another one. After a fault there is no next record to ask for.
    ///
    /// # Errors
    /// A file that cannot be read. What is broken is no error but an answer.
    pub fn next_record(&mut self) -> Result<Result<Option<Record>, Broken>, StoreError> {
        loop {
            if let Some(answer) = self.in_this_file()? {
                return Ok(answer.map(Some));
            }
            if let Some(fault) = self.open.as_ref().and_then(|open| open.source.fault()) {
                return Ok(Err(self.broken(fault)));
            }
            let read = self.open.as_ref().map(|open| open.first);
            let mut after = segments(&self.directory)?.into_iter();
            let Some((first, path)) =
                after.find(|(first, _)| read.is_none_or(|read| *first > read))
            else {
                return Ok(Ok(None));
            };
            // Between the two looks, this file may have been written to its end.
            if let Some(answer) = self.in_this_file()? {
                return Ok(answer.map(Some));
            }
            if let Err(part) = self.finish()? {
                return Ok(Err(part));
            }
            let source = match Source::open(path.clone())? {
                Ok(source) => source,
                Err(fault) => {
                    let seq = self.next;
                    return Ok(Err(Broken { file: path, line: 1, seq, fault }));
                }
            };
            self.open = Some(Segment { first, source, line: 0 });
            if first != self.next {
                return Ok(Err(self.broken(format!("the segment begins at record {first}"))));
            }
        }
    }

    /// The text of the record that was read last, without the end of its line.
    pub fn text(&self) -> &[u8] {
        &self.text
    }

    /// What was read, if the log ends there.
    ///
    /// # Errors
    /// As [`next_record`](Self::next_record).
    pub fn finish(&mut self) -> Result<Result<Verified, Broken>, StoreError> {
        Ok(match self.line()? {
            Err(fault) => Err(self.broken(fault)),
            Ok(Next::Part) => Err(self.broken("the line does not end")),
            Ok(Next::Line | Next::TooLong) => Err(self.broken("there is more to read")),
            Ok(Next::Nothing) => Ok(Verified { records: self.next, hash: self.hash.clone() }),
        })
    }

    /// The next record of the file that is open; `None` at its end.
    fn in_this_file(&mut self) -> Result<Option<Result<Record, Broken>>, StoreError> {
        match self.line()? {
            Ok(Next::Line) => {}
            Err(fault) => return Ok(Some(Err(self.broken(fault)))),
            // FAIL CLOSED: what is too long to be read is not whole.
            Ok(Next::TooLong) => {
                let fault = format!("the line is longer than {MAX_LINE_BYTES} bytes");
                return Ok(Some(Err(self.broken(fault))));
            }
            Ok(Next::Part | Next::Nothing) => return Ok(None),
        }
        let record = match Record::read(&self.text) {
            Ok(record) if record.follows(self.next, &self.hash) => record,
            Ok(record) => {
                let fault = format!("record {} does not follow the one before", record.seq);
                return Ok(Some(Err(self.broken(fault))));
            }
            Err(fault) => return Ok(Some(Err(self.broken(fault.to_string())))),
        };
        if let Some(open) = &mut self.open {
            open.line += 1;
        }
        (self.next, self.hash) = (record.seq + 1, record.hash.clone());
        Ok(Some(Ok(record)))
    }

    fn line(&mut self) -> Found<Next> {
        match &mut self.open {
            Some(open) => open.source.line(&mut self.text),
            None => Ok(Ok(Next::Nothing)),
        }
    }

    /// A fault in the line after those that were read.
    fn broken(&self, fault: impl Into<String>) -> Broken {
        let (file, line) = match &self.open {
            Some(open) => (open.source.path().to_owned(), open.line + 1),
            None => (self.directory.clone(), 1),
        };
        Broken { file, line, seq: self.next, fault: fault.into() }
    }
}
