//! `log`: what a log says, never without whether it is whole.

use std::{
    io::{self, Write},
    path::PathBuf,
    process::ExitCode,
    thread,
    time::Duration,
};

use clap::Subcommand;
use failclosed_runtime::audit::{Record, Removed, StoreError};

mod explain;
mod export;
mod filter;
mod import;
mod place;
mod progress;
mod push;
mod report;
mod show;
mod signed;
mod stats;
mod text;
mod unknown;

use place::{Place, Whole};
use progress::Progress;

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// One line for each record
    Show {
        /// The log: its directory, `sqlite:FILE`, `sqlite:FILE#NAME` or `postgres:NAME`
        log: Place,
        #[command(flatten)]
        form: show::Form,
    },
    /// All that is recorded about one call
    Explain {
        /// The log: its directory, `sqlite:FILE`, `sqlite:FILE#NAME` or `postgres:NAME`
        log: Place,
        /// The call's id, the authority's id for the decision, or a record's number
        id: String,
    },
    /// Whether the log is what its writer wrote
    Verify {
        /// The log: its directory, `sqlite:FILE`, `sqlite:FILE#NAME` or `postgres:NAME`
        log: Place,
        /// The last record's hash, kept elsewhere: finds records missing at the end
        #[arg(long, value_name = "HASH")]
        expect: Option<String>,
        /// A file with what `log keygen` printed: whether it is also what was signed; may be given again
        #[arg(long = "key", value_name = "FILE")]
        keys: Vec<PathBuf>,
        /// A checkpoint that was kept elsewhere: whether it is also of this log; may be given again
        #[arg(long = "kept", value_name = "FILE", requires = "keys")]
        kept: Vec<PathBuf>,
    },
    #[command(flatten)]
    Signed(signed::Command),
    /// The log in the words of other programs, on standard output
    Export {
        /// The log: its directory, `sqlite:FILE`, `sqlite:FILE#NAME` or `postgres:NAME`
        log: Place,
        /// In which form
        #[arg(long = "as", value_enum)]
        form: export::Form,
        #[command(flatten)]
        filter: filter::Filter,
    },
    /// Send the log on to where logs are collected: each record at least once, in order
    Push {
        /// The log: its directory, `sqlite:FILE`, `sqlite:FILE#NAME` or `postgres:NAME`
        log: Place,
        #[command(flatten)]
        options: push::Options,
    },
    /// One page for a browser or a printer: what was asked for, what was decided, and what is unknown
    Report {
        /// The log: its directory, `sqlite:FILE`, `sqlite:FILE#NAME` or `postgres:NAME`
        log: Place,
        #[command(flatten)]
        form: report::Form,
    },
    /// Add to a log in a database what a log has and it has not; again adds nothing
    Import {
        /// The log: its directory, `sqlite:FILE`, `sqlite:FILE#NAME` or `postgres:NAME`
        log: Place,
        /// The database: `sqlite:FILE`, `sqlite:FILE#NAME` or `postgres:NAME`
        #[arg(long)]
        to: Place,
    },
    /// How often what was decided, and why
    Stats {
        /// The log: its directory, `sqlite:FILE`, `sqlite:FILE#NAME` or `postgres:NAME`
        log: Place,
    },
    /// Calls that were allowed and of which no end is recorded
    Unknown {
        /// The log: its directory, `sqlite:FILE`, `sqlite:FILE#NAME` or `postgres:NAME`
        log: Place,
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
        Command::Show { log, form } => show::run(log, form, &mut out),
        Command::Explain { log, id } => explain::run(log, id, &mut out),
        Command::Verify { log, expect, keys, kept } => {
            verify(log, expect.as_deref(), keys, kept, &mut out)
        }
        Command::Signed(command) => signed::run(command, &mut out),
        Command::Export { log, form, filter } => export::run(log, *form, filter, &mut out),
        Command::Push { log, options } => push::run(log, options, &mut out),
        Command::Report { log, form } => report::run(log, form, &mut out),
        Command::Import { log, to } => import::run(log, to, &mut out),
        Command::Stats { log } => stats::run(log, &mut out),
        Command::Unknown { log } => unknown::run(log, &mut out),
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
        self.bytes(line.as_bytes());
    }

    fn bytes(&mut self, line: &[u8]) {
        self.unless_failed(|to| to.write_all(line).and_then(|()| to.write_all(b"\n")));
    }

    /// To whoever watches.
    fn flush(&mut self) {
        self.unless_failed(W::flush);
    }

    fn unless_failed(&mut self, write: impl FnOnce(&mut W) -> io::Result<()>) {
        if self.failed.is_none() {
            self.failed = write(&mut self.to).err();
        }
    }

    fn end(mut self) -> io::Result<()> {
        match self.failed.take() {
            Some(error) => Err(error),
            None => self.to.flush(),
        }
    }
}

/// How long a program that writes the log may take for one record, in looks of [`A_MOMENT`].
const LOOKS: u32 = 20;
const A_MOMENT: Duration = Duration::from_millis(50);

fn broken(broken: impl std::fmt::Display) -> Refusal {
    Refusal::broken(format!(
        "the log is broken: {}\nhelp: what was shown is the log up to there",
        text::escaped(&broken.to_string())
    ))
}

/// FAIL CLOSED: what cannot be read is not known to be whole.
fn unreadable(error: StoreError) -> Refusal {
    Refusal::undecided(text::escaped(&error.to_string()))
}

/// For commands that answer at the end. Whoever waits for it sees how far it is.
fn read(log: &Place, mut each: impl FnMut(&Record)) -> Result<Whole, Refusal> {
    let mut progress = Progress::new("read");
    read_with(log, |record, _| {
        each(record);
        progress.add(1);
    })
}

/// Every command reads a log in this one way. `each` gets the text of the record as well.
///
/// # Errors
/// A log that is broken, empty, or cannot be read.
fn read_with(log: &Place, mut each: impl FnMut(&Record, &[u8])) -> Result<Whole, Refusal> {
    let mut reader = log.open().map_err(unreadable)?;
    let mut looks = 0;
    loop {
        if let Some(record) = reader.next_record().map_err(unreadable)?.map_err(broken)? {
            each(&record, reader.text());
            looks = 0;
            continue;
        }
        match reader.finish().map_err(unreadable)? {
            // FAIL CLOSED: the wrong directory, or one that was emptied, is no whole log.
            Ok(Whole { records: 0, .. }) => {
                let what = if matches!(log, Place::Directory(_)) { "directory" } else { "log" };
                return Err(Refusal::undecided(format!(
                    "there are no records in {log}\nhelp: name the {what} that is written to"
                )));
            }
            Ok(whole) => return Ok(whole),
            // Half a record is what a program that writes the log leaves there for a moment. What a
            // crash left of one stays.
            Err(_) if looks < LOOKS => {
                looks += 1;
                thread::sleep(A_MOMENT);
            }
            Err(half) => return Err(broken(half)),
        }
    }
}

/// What is told of a log of which the front is gone.
fn begins(removed: Removed) -> String {
    let (first, last) = (removed.records, text::time(removed.at_ms));
    format!("begins at record {first}: earlier ones were removed by retention, the last on {last}")
}

/// How many records were read of a log.
fn left(whole: &Whole) -> u64 {
    whole.records - whole.removed.map_or(0, |removed| removed.records)
}

/// What was asked for is not there; it may have been.
fn absent(id: &str, whole: &Whole) -> Refusal {
    let gone = whole.removed.filter(|gone| id.parse().is_ok_and(|seq: u64| seq < gone.records));
    let why = match gone {
        Some(Removed { records, .. }) => {
            format!("record {id} was removed by retention; the log begins at record {records}")
        }
        None => format!("nothing is recorded about `{}`", text::line(id)),
    };
    Refusal::undecided(format!("{why}\nhelp: `log show` lists what is"))
}

fn verify(
    log: &Place,
    expect: Option<&str>,
    keys: &[PathBuf],
    kept: &[PathBuf],
    out: &mut Output<impl Write>,
) -> Result<u8, Refusal> {
    // Of a log that is signed, an answer by the chain alone would be half of one.
    let (records, removed, hash, signed) = if keys.is_empty() {
        let Whole { records, removed, hash } = read(log, |_| ())?;
        let hint = "not compared with its checkpoints: `--key FILE` does".to_owned();
        (records, removed, hash, log.is_signed().then_some(hint))
    } else {
        let keys = signed::read_keys(keys)?;
        let kept = kept.iter().map(|file| signed::read_checkpoint(file, &keys));
        let sealed =
            signed::verified(log.directory()?, &keys, &kept.collect::<Result<Vec<_>, _>>()?)?;
        let (size, origin) = (sealed.last.size(), text::line(sealed.last.origin()));
        let checkpoints = text::of("checkpoint", sealed.checkpoints);
        let signed = format!("signed: {size} of them, by the last of {checkpoints} of `{origin}`");
        (sealed.records, sealed.removed, sealed.hash, Some(signed))
    };
    if let Some(expected) = expect.filter(|expected| *expected != hash) {
        // FAIL CLOSED: records are missing at the end, or came after the hash was kept.
        return Err(Refusal::broken(format!(
            "the last hash is {hash}, and not {}",
            text::escaped(expected)
        )));
    }
    out.line(&format!("whole: {records} records, the last with hash\n{hash}"));
    if let Some(removed) = removed {
        out.line(&begins(removed));
    }
    if let Some(signed) = signed {
        out.line(&signed);
    }
    Ok(0)
}
