//! `log report`: one page that is opened in a browser, printed, or sent to whoever asks what the agents did.

use std::{
    fs::{self, OpenOptions},
    io::{self, Write},
    path::{Path, PathBuf},
};

use clap::Args;

use super::{
    Output, Place, Refusal, begins, left,
    place::Whole,
    read, signed,
    text::{escaped, line, of, path},
};

mod facts;
mod page;
mod timeline;

use facts::Facts;

#[derive(Debug, Args)]
pub(crate) struct Form {
    /// The file to write, for its owner alone; without it the page goes to standard output
    #[arg(long, value_name = "FILE")]
    out: Option<PathBuf>,
    /// Replace what is there
    #[arg(long, requires = "out")]
    force: bool,
    /// The last record's hash, kept elsewhere: finds records missing at the end
    #[arg(long, value_name = "HASH")]
    expect: Option<String>,
    /// A file with what `log keygen` printed: whether the log is also what was signed; may be given again
    #[arg(long = "key", value_name = "FILE")]
    keys: Vec<PathBuf>,
}

/// What is known of the log itself, in words for a reader who has no other program.
struct State {
    records: u64,
    hash: String,
    said: String,
    /// What is not known, where something is not.
    doubt: Option<&'static str>,
}

/// # Errors
/// A log that is broken, empty or unreadable has no page, and a file that is there stays as it is.
pub(super) fn run(log: &Place, form: &Form, out: &mut Output<impl Write>) -> Result<u8, Refusal> {
    if let Some(file) = form.out.as_ref().filter(|file| !form.force && exists(file)) {
        // Before the log is read, which takes a while; `write` makes sure of it.
        return Err(is_there(file));
    }
    let mut facts = Facts::default();
    let whole = read(log, |record| facts.add(record))?;
    if let Some(expected) = form.expect.as_ref().filter(|expected| **expected != whole.hash) {
        // FAIL CLOSED: records are missing at the end, or came after the hash was kept.
        return Err(Refusal::broken(format!(
            "the last hash is {}, and not {}",
            whole.hash,
            escaped(expected)
        )));
    }
    let state = state(log, form, whole)?;
    let page = page::page(&log.to_string(), &state, &facts).into_string();
    match &form.out {
        None => out.line(&page),
        Some(file) => {
            write(file, form.force, page.as_bytes()).map_err(|error| {
                if error.kind() == io::ErrorKind::AlreadyExists && !form.force {
                    is_there(file)
                } else {
                    Refusal::undecided(format!("cannot write {}: {error}", path(file)))
                }
            })?;
            out.line(&format!("{}: {}", path(file), of("record", state.records)));
        }
    }
    Ok(0)
}

fn state(log: &Place, form: &Form, whole: Whole) -> Result<State, Refusal> {
    let (count, records) = (left(&whole), whole.records);
    let (mut said, mut doubt) = (format!("whole: {}", of("record", records)), None);
    if let Some(removed) = whole.removed {
        said.push_str(&format!("; {}", begins(removed)));
    }
    if !form.keys.is_empty() {
        let sealed = signed::verified(log.directory()?, &signed::read_keys(&form.keys)?, &[])?;
        if sealed.records < records {
            // FAIL CLOSED: it was cut while it was read, and the page would be of both.
            return Err(Refusal::broken("the log became shorter while it was read"));
        }
        // A record that was written meanwhile is in this one only.
        said.push_str(&format!(
            "; signed: {} of them, by the last of {} of `{}`",
            sealed.last.size().min(records),
            of("checkpoint", sealed.checkpoints),
            line(sealed.last.origin())
        ));
    } else if log.is_signed() {
        doubt = Some("The log is signed, and was not compared with its checkpoints.");
    } else if form.expect.is_none() {
        doubt = Some(
            "Records missing at the end are not noticed: the last hash was compared with nothing that was kept elsewhere.",
        );
    }
    Ok(State { records: count, hash: whole.hash, said, doubt })
}

/// A link that leads nowhere is there, too.
fn exists(file: &Path) -> bool {
    file.symlink_metadata().is_ok()
}

fn is_there(file: &Path) -> Refusal {
    Refusal::undecided(format!("{} is there already\nhelp: `--force` replaces it", path(file)))
}

/// Writes all of it or nothing. What is replaced is replaced at once, and a link is not followed.
fn write(file: &Path, force: bool, page: &[u8]) -> io::Result<()> {
    let mut new = file.to_owned();
    if force {
        let mut name = file.file_name().unwrap_or_default().to_owned();
        name.push(format!(".{}.part", std::process::id()));
        new.set_file_name(name);
    }
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    // As the log itself: who did what is not for everybody on the machine.
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut opened = options.open(&new)?;
    let written = opened.write_all(page).and_then(|()| opened.sync_all());
    let written = written.and_then(|()| if force { fs::rename(&new, file) } else { Ok(()) });
    if written.is_err() {
        // Half a page must not be taken for one; that it cannot be written is said anyway.
        drop(fs::remove_file(&new));
    }
    written
}
