//! The lines of a segment, whichever way it is kept.

use std::{
    fs::File,
    io::{self, BufRead, BufReader, Read as _, Seek as _, SeekFrom},
    os::unix::fs::MetadataExt as _,
    path::{Path, PathBuf},
};

use super::{
    packed::Unpacked,
    segment::{is_packed, packed},
};
use crate::audit::{MAX_LINE_BYTES, StoreError};

/// An answer, or what is wrong with the file; an error where there is neither.
pub(in crate::audit) type Found<T> = Result<Result<T, String>, StoreError>;

/// A segment that is read, line by line. It holds no more than one of them, and what a window of a
/// compressed one takes.
pub(in crate::audit) struct Source {
    from: From,
    path: PathBuf,
    /// The bytes of the whole lines that were read.
    bytes: u64,
}

enum From {
    Plain(BufReader<File>),
    Packed(Box<BufReader<Unpacked>>),
}

/// What comes next in a file.
#[derive(Debug)]
pub(in crate::audit) enum Next {
    Line,
    /// A line that does not end: its writer is not done with it, or never came to its end.
    Part,
    TooLong,
    Nothing,
}

impl Source {
    /// Opens a segment. One that was compressed a moment ago is opened as that.
    pub(in crate::audit) fn open(path: PathBuf) -> Found<Self> {
        let (from, path) = match opened(&path) {
            Err(error) if error.kind() == io::ErrorKind::NotFound && !is_packed(&path) => {
                let path = packed(&path);
                (opened(&path), path)
            }
            opened => (opened, path),
        };
        let from = located(&path, from)?;
        Ok(from.map(|from| Self { from, path, bytes: 0 }))
    }

    pub(in crate::audit) fn path(&self) -> &Path {
        &self.path
    }

    /// Adds the next line to `text`, without its end; or nothing, where there is none.
    pub(in crate::audit) fn line(&mut self, text: &mut Vec<u8>) -> Found<Next> {
        let begin = text.len();
        let read = match &mut self.from {
            From::Plain(from) => line(from, text).and_then(|next| {
                if !matches!(next, Next::Line) {
                    // Read again from its beginning: its writer may end it, or take it back.
                    from.seek(SeekFrom::Start(self.bytes))?;
                }
                Ok(next)
            }),
            From::Packed(from) => line(from, text),
        };
        match read {
            Ok(Next::Line) => self.bytes += (text.len() - begin) as u64 + 1,
            _ => text.truncate(begin),
        }
        match located(&self.path, read)? {
            // FAIL CLOSED: nobody comes back to end it.
            Ok(Next::Part) if is_packed(&self.path) => Ok(Err("the line does not end".to_owned())),
            read => Ok(read),
        }
    }

    /// What happened to the file, while it was read, that no writer does.
    pub(in crate::audit) fn fault(&self) -> Option<&'static str> {
        let From::Plain(from) = &self.from else {
            // All of it is in our hands, and its hash was right.
            return None;
        };
        let Ok(open) = from.get_ref().metadata() else {
            // FAIL CLOSED: the records that come next are not where they are looked for.
            return Some("the file was lost while it was read");
        };
        if open.len() < self.bytes {
            return Some("the file was cut while it was read");
        }
        match self.path.symlink_metadata() {
            Ok(named) if (open.dev(), open.ino()) != (named.dev(), named.ino()) => {
                Some("the file was replaced while it was read")
            }
            Ok(_) => None,
            // It was compressed meanwhile: what is open is what was closed, to its end.
            Err(_) if packed(&self.path).exists() => None,
            // FAIL CLOSED: as above.
            Err(_) => Some("the file was removed while it was read"),
        }
    }
}

fn opened(path: &Path) -> io::Result<From> {
    if is_packed(path) {
        return Ok(From::Packed(Box::new(BufReader::new(Unpacked::open(path)?))));
    }
    Ok(From::Plain(BufReader::new(File::open(path)?)))
}

fn line(from: &mut impl BufRead, text: &mut Vec<u8>) -> io::Result<Next> {
    let read = from.take(MAX_LINE_BYTES).read_until(b'\n', text)? as u64;
    if text.pop_if(|last| *last == b'\n').is_some() {
        return Ok(Next::Line);
    }
    Ok(match read {
        0 => Next::Nothing,
        MAX_LINE_BYTES => Next::TooLong,
        _ => Next::Part,
    })
}

/// What the system says is an error; what a compressed file turns out not to be is an answer.
fn located<T>(path: &Path, read: io::Result<T>) -> Found<T> {
    match read {
        Ok(read) => Ok(Ok(read)),
        Err(error) if is_packed(path) && error.raw_os_error().is_none() => {
            Ok(Err(format!("not a compressed segment as it was written: {error}")))
        }
        Err(error) => Err(StoreError::io("cannot read", path, &error)),
    }
}

impl std::fmt::Debug for Source {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Source").field("path", &self.path).finish_non_exhaustive()
    }
}
