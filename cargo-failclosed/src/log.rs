//! `log`: what a log says, never without whether it is whole.

use std::{
    io::{self, Write},
    path::{Path, PathBuf},
    process::ExitCode,
};

use clap::Subcommand;
use failclosed_runtime::audit::{Record, Verified, verify_each};

mod explain;
mod filter;
mod show;
mod stats;
mod text;
mod unknown;

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// One line for each record
    Show {
        /// The log's directory
        directory: PathBuf,
        #[command(flatten)]
        filter: filter::Filter,
    },
    /// All that is recorded about one call
    Explain {
        /// The log's directory
        directory: PathBuf,
        /// The call's id, the authority's id for the decision, or a record's number
        id: String,
    },
    /// Whether the log is what its writer wrote
    Verify {
        /// The log's directory
        directory: PathBuf,
        /// The last record's hash, kept elsewhere: finds records missing at the end
        #[arg(long, value_name = "HASH")]
        expect: Option<String>,
    },
    /// How often what was decided, and why
    Stats {
        /// The log's directory
        directory: PathBuf,
    },
    /// Calls that were allowed and of which no end is recorded
    Unknown {
        /// The log's directory
        directory: PathBuf,
    },
}

/// Why there is no clean answer, and the exit code that says so.
pub(crate) struct Refusal {
    code: u8,
    why: String,
}

impl Refusal {
    /// The log is broken.
    fn broken(why: impl Into<String>) -> Self {
        Self { code: 1, why: why.into() }
    }

    /// There is no answer.
    fn undecided(why: impl Into<String>) -> Self {
        Self { code: 2, why: why.into() }
    }
}

pub(crate) fn run(command: &Command) -> ExitCode {
    let mut out = Output { to: io::BufWriter::new(io::stdout().lock()), failed: None };
    let answer = match command {
        Command::Show { directory, filter } => show::run(directory, filter, &mut out),
        Command::Explain { directory, id } => explain::run(directory, id, &mut out),
        Command::Verify { directory, expect } => verify(directory, expect.as_deref(), &mut out),
        Command::Stats { directory } => stats::run(directory, &mut out),
        Command::Unknown { directory } => unknown::run(directory, &mut out),
    };
    let written = out.end();
    match (answer, written) {
        (Ok(code), Ok(())) => ExitCode::from(code),
        (Err(Refusal { code, why }), _) => {
            // Nobody may be there to read it; the exit code says the same.
            drop(writeln!(io::stderr(), "error: {why}"));
            ExitCode::from(code)
        }
        // FAIL CLOSED: an answer that did not arrive is none. A reader that left needs no message.
        (Ok(_), Err(error)) => {
            if error.kind() != io::ErrorKind::BrokenPipe {
                drop(writeln!(io::stderr(), "error: cannot write: {error}"));
            }
            ExitCode::from(2)
        }
    }
}

/// Where answers go. The first failure is kept, and nothing is written after it.
pub(crate) struct Output<W: Write> {
    to: W,
    failed: Option<io::Error>,
}

impl<W: Write> Output<W> {
    fn line(&mut self, line: &str) {
        if self.failed.is_none() {
            self.failed = writeln!(self.to, "{line}").err();
        }
    }

    fn end(mut self) -> io::Result<()> {
        match self.failed.take() {
            Some(error) => Err(error),
            None => self.to.flush(),
        }
    }
}

/// Every command reads a log in this one way.
///
/// # Errors
/// A log that is broken, empty, or cannot be read.
fn read(directory: &Path, each: impl FnMut(&Record)) -> Result<Verified, Refusal> {
    match verify_each(directory, each) {
        Ok(Ok(whole)) if whole.records > 0 => Ok(whole),
        // FAIL CLOSED: the wrong directory, or one that was emptied, is no whole log.
        Ok(Ok(_)) => Err(Refusal::undecided(format!(
            "there are no records in {}\nhelp: name the directory that the log is written to",
            text::path(directory)
        ))),
        Ok(Err(broken)) => Err(Refusal::broken(format!(
            "the log is broken: {}\nhelp: what was shown is the log up to there",
            text::escaped(&broken.to_string())
        ))),
        // FAIL CLOSED: what cannot be read is not known to be whole.
        Err(error) => Err(Refusal::undecided(text::escaped(&error.to_string()))),
    }
}

fn verify(
    directory: &Path,
    expect: Option<&str>,
    out: &mut Output<impl Write>,
) -> Result<u8, Refusal> {
    let Verified { records, hash, .. } = read(directory, |_| ())?;
    if let Some(expected) = expect.filter(|expected| *expected != hash) {
        // FAIL CLOSED: records are missing at the end, or came after the hash was kept.
        return Err(Refusal::broken(format!(
            "the last hash is {hash}, and not {}",
            text::escaped(expected)
        )));
    }
    out.line(&format!("whole: {records} records, the last with hash\n{hash}"));
    Ok(0)
}
