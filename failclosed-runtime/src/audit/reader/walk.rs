//! The way through the files of a log.

use std::path::{Path, PathBuf};

use super::ahead::{Ahead, Lines};
use crate::audit::{
    Broken, Chain, MAX_LINE_BYTES, StoreError, Verified,
    file::{
        base::Base,
        segments,
        source::{Found, Next, Source},
    },
    record::place::FromLine,
};

/// What each line is read as is `T`. See [`Reader`](super::Reader), whose methods these are.
#[derive(Debug)]
pub(in crate::audit) struct Walk<T> {
    directory: PathBuf,
    /// Where it begins, if not with the first record of all; or why that is not known.
    base: Result<Option<Base>, Broken>,
    chain: Chain,
    open: Option<Segment>,
    /// The lines of that file.
    lines: Lines<T>,
}

/// The file that is being read.
#[derive(Debug)]
struct Segment {
    first: u64,
    source: Source,
    /// How many whole lines were read of it.
    line: u64,
}

impl<T: FromLine> Walk<T> {
    pub(in crate::audit) fn open(directory: impl AsRef<Path>) -> Result<Self, StoreError> {
        let directory = directory.as_ref().to_owned();
        segments(&directory)?;
        let base = Base::read(&directory)?;
        let chain = match &base {
            Ok(Some(base)) => Chain::at(base.size, &*base.hash),
            Ok(None) | Err(_) => Chain::default(),
        };
        Ok(Self { directory, base, chain, open: None, lines: Lines::default() })
    }

    pub(in crate::audit) fn next(&mut self) -> Result<Result<Option<T>, Broken>, StoreError> {
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

    pub(super) fn text(&self) -> &[u8] {
        self.lines.text()
    }

    pub(in crate::audit) fn finish(&mut self) -> Result<Result<Verified, Broken>, StoreError> {
        let base = match &self.base {
            Ok(base) => base.as_ref().map(Base::removed),
            Err(broken) => return Ok(Err(broken.clone())),
        };
        Ok(match self.line()? {
            Err(fault) => Err(self.broken(fault)),
            Ok(Ahead::No(Next::Part)) => Err(self.broken("the line does not end")),
            Ok(Ahead::Line(_) | Ahead::No(Next::Line | Next::TooLong)) => {
                Err(self.broken("there is more to read"))
            }
            Ok(Ahead::No(Next::Nothing)) => {
                let (records, hash) = (self.chain.next(), self.chain.hash().to_owned());
                Ok(Verified { records, removed: base, hash })
            }
        })
    }

    /// The next record of the file that is open; `None` at its end.
    fn in_this_file(&mut self) -> Result<Option<Result<T, Broken>>, StoreError> {
        let read = match self.line()? {
            Ok(Ahead::Line(read)) => read.map_err(|fault| fault.to_string()),
            Err(fault) => return Ok(Some(Err(self.broken(fault)))),
            // FAIL CLOSED: what is too long to be read is not whole.
            Ok(Ahead::No(Next::TooLong)) => {
                let fault = format!("the line is longer than {MAX_LINE_BYTES} bytes");
                return Ok(Some(Err(self.broken(fault))));
            }
            Ok(Ahead::No(Next::Line | Next::Part | Next::Nothing)) => return Ok(None),
        };
        let record = match read.and_then(|record| {
            record.follow(&mut self.chain)?;
            Ok(record)
        }) {
            Ok(record) => record,
            Err(fault) => return Ok(Some(Err(self.broken(fault)))),
        };
        if let Some(open) = &mut self.open {
            open.line += 1;
        }
        Ok(Some(Ok(record)))
    }

    fn line(&mut self) -> Found<Ahead<T>> {
        match &mut self.open {
            Some(open) => self.lines.next(&mut open.source),
            None => Ok(Ok(Ahead::No(Next::Nothing))),
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
