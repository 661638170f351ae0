//! A log, record by record, and on while it grows.

use std::path::{Path, PathBuf};

use super::{
    Broken, Chain, MAX_LINE_BYTES, Record, StoreError, Verified,
    file::{
        base::Base,
        segments,
        source::{Found, Next, Source},
    },
};

/// Reads a log from its first record on. Each record it gives is known to follow the one before, and
/// it holds no more than one of them.
#[derive(Debug)]
pub struct Reader {
    directory: PathBuf,
    /// Where it begins, if not with the first record of all; or why that is not known.
    base: Result<Option<Base>, Broken>,
    chain: Chain,
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
    /// Begins at the first record of the log in `directory`, or at the first one that its retention left.
    ///
    /// # Errors
    /// A directory that cannot be read.
    pub fn open(directory: impl AsRef<Path>) -> Result<Self, StoreError> {
        let directory = directory.as_ref().to_owned();
        segments(&directory)?;
        let base = Base::read(&directory)?;
        let chain = match &base {
            Ok(Some(base)) => Chain::at(base.size, &*base.hash),
            Ok(None) | Err(_) => Chain::default(),
        };
        Ok(Self { directory, base, chain, open: None, text: Vec::new() })
    }

    /// The next record; `None` where no whole one is left. A program that writes the log may add more:
    /// ask again, and the answer may be another one. After a fault there is no next record to ask for.
    ///
    /// # Errors
    /// A file that cannot be read, and records that were removed by retention before they were read. What is
    /// broken is no error but an answer.
    pub fn next_record(&mut self) -> Result<Result<Option<Record>, Broken>, StoreError> {
        if let Err(broken) = &self.base {
            return Ok(Err(broken.clone()));
        }
        loop {
            if let Some(answer) = self.in_this_file()? {
                return Ok(answer.map(Some));
            }
            let faulty =
                self.open.as_ref().and_then(|open| Some((open.first, open.source.fault()?)));
            if let Some((_, fault)) = faulty.filter(|(first, _)| !self.is_removed(*first)) {
                return Ok(Err(self.broken(fault)));
            }
            // What is left of files before that was removed, and the removal did not come to it.
            let from = match (&self.open, &self.base) {
                (Some(open), _) => open.first + 1,
                (None, Ok(Some(base))) => base.size,
                (None, _) => 0,
            };
            let Some((first, path)) = self.next_file(from)? else { return Ok(Ok(None)) };
            // Between the two looks, this file may have been written to its end.
            if let Some(answer) = self.in_this_file()? {
                return Ok(answer.map(Some));
            }
            if let Err(part) = self.finish()? {
                return Ok(Err(part));
            }
            let source = match Source::open(path.clone()) {
                Err(_) if self.is_removed(self.chain.next()) => return Err(self.removed()),
                source => source?,
            };
            let source = match source {
                Ok(source) => source,
                Err(fault) => {
                    let seq = self.chain.next();
                    return Ok(Err(Broken { file: path, line: 1, seq, fault }));
                }
            };
            self.open = Some(Segment { first, source, line: 0 });
            if first != self.chain.next() {
                if self.is_removed(self.chain.next()) {
                    return Err(self.removed());
                }
                return Ok(Err(self.broken(format!("the segment begins at record {first}"))));
            }
        }
    }

    /// The segment that begins at or after this record.
    fn next_file(&self, from: u64) -> Result<Option<(u64, PathBuf)>, StoreError> {
        let look = || {
            let all = segments(&self.directory)?;
            Ok::<_, StoreError>(all.into_iter().find(|(first, _)| *first >= from))
        };
        match look()? {
            // A file that gets another name while the directory is read may be seen under neither.
            Some((first, _)) if first != self.chain.next() => look(),
            found => Ok(found),
        }
    }

    /// Whether retention removed this record while the log was read.
    fn is_removed(&self, seq: u64) -> bool {
        let now = Base::read(&self.directory);
        let known = self.base.as_ref().ok().and_then(Option::as_ref).map_or(0, |base| base.size);
        // FAIL CLOSED: what cannot be read is no reason why a record is missing.
        matches!(now, Ok(Ok(Some(now))) if now.size > known && now.size > seq)
    }

    fn removed(&self) -> StoreError {
        StoreError::new(format_args!(
            "record {} was removed by retention while the log was read\nhelp: read the log again",
            self.chain.next()
        ))
    }

    /// Where it began to read, if not with the first record of all.
    #[cfg(feature = "audit-signed")]
    pub(super) fn base(&self) -> Option<&Base> {
        self.base.as_ref().ok()?.as_ref()
    }

    /// The hash of the last record that was read.
    #[cfg(feature = "audit-signed")]
    pub(super) fn hash(&self) -> &str {
        self.chain.hash()
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
        let base = match &self.base {
            Ok(base) => base.as_ref().map(Base::removed),
            Err(broken) => return Ok(Err(broken.clone())),
        };
        Ok(match self.line()? {
            Err(fault) => Err(self.broken(fault)),
            Ok(Next::Part) => Err(self.broken("the line does not end")),
            Ok(Next::Line | Next::TooLong) => Err(self.broken("there is more to read")),
            Ok(Next::Nothing) => {
                let (records, hash) = (self.chain.next(), self.chain.hash().to_owned());
                Ok(Verified { records, removed: base, hash })
            }
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
        let record = match self.chain.take(&self.text) {
            Ok(record) => record,
            Err(fault) => return Ok(Some(Err(self.broken(fault)))),
        };
        if let Some(open) = &mut self.open {
            open.line += 1;
        }
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
        Broken { file, line, seq: self.chain.next(), fault: fault.into() }
    }
}
