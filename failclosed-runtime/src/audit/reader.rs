//! A log, record by record, and on while it grows.

use std::{
    fs::File,
    io::{self, BufRead as _, BufReader, Read as _, Seek as _, SeekFrom},
    os::unix::fs::MetadataExt as _,
    path::{Path, PathBuf},
};

use super::{Broken, Chain, MAX_LINE_BYTES, Record, StoreError, Verified, file::segments};

/// Reads a log from its first record on. Each record it gives is known to follow the one before, and
/// it holds no more than one of them.
#[derive(Debug)]
pub struct Reader {
    directory: PathBuf,
    chain: Chain,
    open: Option<Segment>,
    /// The line that was read last, without its end.
    text: Vec<u8>,
}

/// The file that is being read.
#[derive(Debug)]
struct Segment {
    first: u64,
    path: PathBuf,
    reader: BufReader<File>,
    /// How many whole lines, and their bytes, were read of it.
    line: u64,
    bytes: u64,
}

/// What comes next in a file.
enum Next {
    Line,
    /// A line that does not end: its writer is not done with it, or never came to its end.
    Part,
    TooLong,
    Nothing,
}

impl Reader {
    /// Begins at the first record of the log in `directory`.
    ///
    /// # Errors
    /// A directory that cannot be read.
    pub fn open(directory: impl AsRef<Path>) -> Result<Self, StoreError> {
        let directory = directory.as_ref().to_owned();
        segments(&directory)?;
        Ok(Self { directory, chain: Chain::default(), open: None, text: Vec::new() })
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
            if let Some(fault) = self.open.as_ref().and_then(Segment::fault) {
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
            let reader = File::open(&path).map(BufReader::new);
            let reader = reader.map_err(|error| StoreError::io("cannot read", &path, &error))?;
            self.open = Some(Segment { first, path, reader, line: 0, bytes: 0 });
            if first != self.chain.next() {
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
            Next::Part => Err(self.broken("the line does not end".to_owned())),
            Next::Line | Next::TooLong => Err(self.broken("there is more to read".to_owned())),
            Next::Nothing => {
                Ok(Verified { records: self.chain.next(), hash: self.chain.hash().to_owned() })
            }
        })
    }

    /// The next record of the file that is open; `None` at its end.
    fn in_this_file(&mut self) -> Result<Option<Result<Record, Broken>>, StoreError> {
        match self.line()? {
            Next::Line => {}
            // FAIL CLOSED: what is too long to be read is not whole.
            Next::TooLong => {
                let fault = format!("the line is longer than {MAX_LINE_BYTES} bytes");
                return Ok(Some(Err(self.broken(fault))));
            }
            Next::Part | Next::Nothing => return Ok(None),
        }
        let record = match self.chain.take(&self.text) {
            Ok(record) => record,
            Err(fault) => return Ok(Some(Err(self.broken(fault)))),
        };
        if let Some(open) = &mut self.open {
            open.line += 1;
            open.bytes += self.text.len() as u64 + 1;
        }
        Ok(Some(Ok(record)))
    }

    fn line(&mut self) -> Result<Next, StoreError> {
        let Some(open) = &mut self.open else { return Ok(Next::Nothing) };
        self.text.clear();
        open.line(&mut self.text).map_err(|error| StoreError::io("cannot read", &open.path, &error))
    }

    /// A fault in the line after those that were read.
    fn broken(&self, fault: String) -> Broken {
        let (file, line) = match &self.open {
            Some(open) => (open.path.clone(), open.line + 1),
            None => (self.directory.clone(), 1),
        };
        Broken { file, line, seq: self.chain.next(), fault }
    }
}

impl Segment {
    fn line(&mut self, text: &mut Vec<u8>) -> io::Result<Next> {
        let mut limited = self.reader.by_ref().take(MAX_LINE_BYTES);
        let read = limited.read_until(b'\n', text)? as u64;
        if text.pop_if(|last| *last == b'\n').is_some() {
            return Ok(Next::Line);
        }
        // Read again from its beginning: its writer may end it, or take it back.
        self.reader.seek(SeekFrom::Start(self.bytes))?;
        Ok(match read {
            0 => Next::Nothing,
            MAX_LINE_BYTES => Next::TooLong,
            _ => Next::Part,
        })
    }

    /// What happened to the file, while it was read, that no writer does.
    fn fault(&self) -> Option<String> {
        let (open, named) = (self.reader.get_ref().metadata(), self.path.metadata());
        // FAIL CLOSED: the records that come next are not where they are looked for.
        let (Ok(open), Ok(named)) = (open, named) else {
            return Some("the file was removed while it was read".to_owned());
        };
        if (open.dev(), open.ino()) != (named.dev(), named.ino()) {
            return Some("the file was replaced while it was read".to_owned());
        }
        (open.len() < self.bytes).then(|| "the file was cut while it was read".to_owned())
    }
}
