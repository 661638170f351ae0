//! What a receiver has acknowledged: a number and the hash of that record, so that it cannot be taken for a
//! place in another log.

use std::{
    fs::{self, File, OpenOptions},
    io::{self, Read as _, Write as _},
    os::unix::fs::OpenOptionsExt as _,
    path::{Path, PathBuf},
};

use failclosed_runtime::audit::Record;
use serde::{Deserialize, Serialize};

use crate::log::{Refusal, text};

/// A cursor is one short line.
const MOST_BYTES: u64 = 8 * 1024;

/// A place in a log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct At {
    pub(super) seq: u64,
    pub(super) hash: String,
}

/// The text of the file.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Kept {
    v: u32,
    /// Whose acknowledgement it was.
    to: String,
    at: At,
}

pub(super) struct Cursor {
    file: PathBuf,
    to: String,
    at: Option<At>,
    /// Whether that record was read, and is the one.
    met: bool,
}

impl Cursor {
    /// Where there is no file, nothing was acknowledged.
    ///
    /// # Errors
    /// A file that is no cursor, or another receiver's.
    pub(super) fn open(file: PathBuf, to: &str) -> Result<Self, Refusal> {
        let at = match read(&file) {
            Ok(text) => Some(understood(&file, &text, to)?),
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(error) => return Err(failed("read", &file, &error)),
        };
        Ok(Self { file, to: to.to_owned(), met: at.is_none(), at })
    }

    /// Whether a record was acknowledged.
    ///
    /// # Errors
    /// Another record than the one that was, under its number.
    pub(super) fn has(&mut self, record: &Record) -> Result<bool, Refusal> {
        match &self.at {
            Some(at) if record.seq < at.seq => Ok(true),
            Some(at) if record.seq == at.seq => {
                if record.hash != at.hash {
                    // FAIL CLOSED: to go on from here would leave out what is before it.
                    return Err(Refusal::broken(format!(
                        "record {} is not the one that was sent: this is another log, or it was written anew\n\
                         help: keep {} and send this log with another one: `--cursor FILE`",
                        record.seq,
                        text::path(&self.file)
                    )));
                }
                self.met = true;
                Ok(true)
            }
            _ => Ok(false),
        }
    }

    /// Whether what was acknowledged last is in the log.
    pub(super) fn is_met(&self) -> bool {
        self.met
    }

    /// The same, where a log of so many records ends.
    ///
    /// # Errors
    /// It is not.
    pub(super) fn met(&self, records: u64) -> Result<(), Refusal> {
        match &self.at {
            Some(at) if !self.met => Err(Refusal::broken(format!(
                "record {} was sent, and the log has {}: it was cut, or is another one\n\
                 help: keep {} and send this log with another one: `--cursor FILE`",
                at.seq,
                text::of("record", records),
                text::path(&self.file)
            ))),
            _ => Ok(()),
        }
    }

    /// On the disk when it returns, whole or not at all.
    ///
    /// # Errors
    /// What cannot be written: then it is sent again.
    pub(super) fn advance(&mut self, at: At) -> Result<(), Refusal> {
        let kept = Kept { v: 1, to: self.to.clone(), at };
        let text = serde_json::to_string(&kept).map_err(io::Error::from);
        let written = text.and_then(|text| replace(&self.file, &text));
        written.map_err(|error| failed("write", &self.file, &error))?;
        self.at = Some(kept.at);
        Ok(())
    }
}

fn read(file: &Path) -> io::Result<String> {
    let mut text = String::new();
    // A pipe in its place would be waited for.
    if !fs::symlink_metadata(file)?.is_file() {
        return Err(io::Error::other("not a file"));
    }
    File::open(file)?.take(MOST_BYTES).read_to_string(&mut text)?;
    Ok(text)
}

fn understood(file: &Path, text: &str, to: &str) -> Result<At, Refusal> {
    let kept = serde_json::from_str::<Kept>(text).ok().filter(|kept| kept.v == 1);
    let Some(kept) = kept else {
        // FAIL CLOSED: a place that is not known is not guessed.
        return Err(Refusal::undecided(format!(
            "{0} is no cursor\nhelp: remove it, and all of the log is sent again: rm '{0}'",
            text::path(file)
        )));
    };
    if kept.to != to {
        // FAIL CLOSED: this receiver would never get what another one acknowledged.
        return Err(Refusal::undecided(format!(
            "{} is of what was sent to `{}`\nhelp: give each receiver one of its own: `--cursor FILE`",
            text::path(file),
            text::line(&kept.to)
        )));
    }
    Ok(kept.at)
}

fn replace(file: &Path, text: &str) -> io::Result<()> {
    let mut beside = file.as_os_str().to_owned();
    beside.push(".new");
    let beside = PathBuf::from(beside);
    // Of an attempt that did not come to its end.
    match fs::remove_file(&beside) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        Ok(()) | Err(_) => {}
    }
    let mut new = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&beside)?;
    new.write_all(text.as_bytes())?;
    new.write_all(b"\n")?;
    new.sync_all()?;
    fs::rename(&beside, file)?;
    let parent = file.parent().filter(|parent| !parent.as_os_str().is_empty());
    File::open(parent.unwrap_or(Path::new(".")))?.sync_all()
}

fn failed(what: &str, file: &Path, error: &io::Error) -> Refusal {
    Refusal::undecided(format!("cannot {what} the cursor {}: {error}", text::path(file)))
}
