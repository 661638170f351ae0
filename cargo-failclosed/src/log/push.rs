//! `log push`: sends a log on, record by record, to where operators collect. Each record arrives at least
//! once and in order: what was acknowledged is kept in a cursor, and what was not is sent again.

use std::{io::Write, path::PathBuf, thread, time::Duration};

use clap::{Args, ValueEnum};
use failclosed_runtime::audit::Record;

use super::{A_MOMENT, LOOKS, Output, Place, Refusal, text, unreadable};

mod cursor;
mod http;
mod otlp;
mod patience;
mod receiver;
mod syslog;

use cursor::{At, Cursor};
use patience::Patience;
use receiver::{Fault, Receiver};

/// How often a log that is followed is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(200);

/// In which form.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Form {
    /// Log records of OpenTelemetry, in JSON over HTTP
    Otlp,
    /// The records as they were written, a line of JSON each, over HTTP
    Ndjson,
    /// The same, as one JSON array, over HTTP
    Array,
    /// Messages of RFC 5424, counted, over TCP
    Syslog,
}

#[derive(Debug, Args)]
pub(crate) struct Options {
    /// Where to: `https://collector.example:4318/v1/logs`, `tcp://syslog.example:601`
    #[arg(long, value_name = "URL")]
    to: String,
    /// In which form
    #[arg(long = "as", value_enum)]
    form: Form,
    /// Goes on as the log grows, until it is stopped
    #[arg(long, short)]
    follow: bool,
    /// Where it is kept what was acknowledged; without it, in the file `pushed` beside the log's own files
    #[arg(long, value_name = "FILE")]
    cursor: Option<PathBuf>,
    /// A file with the token to send as `Authorization: Bearer`
    #[arg(long, value_name = "FILE")]
    token: Option<PathBuf>,
    /// A file with the certificates (PEM) to trust, in the place of the public ones
    #[arg(long, value_name = "FILE")]
    ca: Option<PathBuf>,
    /// The name of the service that the log is of, for OpenTelemetry
    #[arg(long, value_name = "NAME", default_value = "failclosed")]
    service: String,
    /// How many records are sent at once, at most
    #[arg(long, value_name = "N", default_value_t = 512, value_parser = clap::value_parser!(u32).range(1..=10_000))]
    records: u32,
    /// How many bytes are sent at once, at most; a longer record is sent by itself
    #[arg(long, value_name = "N", default_value_t = 1 << 20, value_parser = clap::value_parser!(u32).range(1..=16 << 20))]
    bytes: u32,
    /// How many seconds one attempt may take
    #[arg(long, value_name = "SECONDS", default_value_t = 30, value_parser = clap::value_parser!(u64).range(1..=600))]
    timeout: u64,
    /// For how many seconds a batch is tried again while the receiver is down
    #[arg(long, value_name = "SECONDS", default_value_t = 300, value_parser = clap::value_parser!(u64).range(0..=86_400))]
    patience: u64,
}

/// Sends what was not acknowledged yet.
///
/// # Errors
/// 1 where the log is broken, or not the one that the cursor is of: nothing behind that is sent. 2 where the
/// receiver refuses, or does not acknowledge in time.
pub(super) fn run(
    log: &Place,
    options: &Options,
    out: &mut Output<impl Write>,
) -> Result<u8, Refusal> {
    let mut push = Push {
        receiver: receiver::of(options)?,
        cursor: Cursor::open(cursor(log, options)?, &options.to)?,
        batch: Batch::default(),
        options,
        sent: 0,
    };
    let mut source = log.open().map_err(unreadable)?;
    let mut looks = 0;
    loop {
        match source.next_record().map_err(unreadable)? {
            Ok(Some(record)) => {
                push.take(&record, source.text())?;
                looks = 0;
            }
            Ok(None) if options.follow && push.cursor.is_met() => {
                push.flush()?;
                thread::sleep(LOOK_EVERY);
            }
            Ok(None) => match source.finish().map_err(unreadable)? {
                Ok(whole) => {
                    push.flush()?;
                    push.cursor.met(whole.records)?;
                    out.line(&push.said(whole.records, log)?);
                    return Ok(0);
                }
                // What a program that writes the log leaves there for a moment.
                Err(_) if looks < LOOKS => {
                    looks += 1;
                    thread::sleep(A_MOMENT);
                }
                Err(half) => return push.broken(&half),
            },
            Err(fault) => return push.broken(&fault),
        }
    }
}

/// Where it is kept what was acknowledged.
///
/// # Errors
/// A log in a database, where nobody says.
fn cursor(log: &Place, options: &Options) -> Result<PathBuf, Refusal> {
    match (&options.cursor, log) {
        (Some(file), _) => Ok(file.clone()),
        (None, Place::Directory(directory)) => Ok(directory.join("pushed")),
        // FAIL CLOSED: without one, nobody would know what is still to be sent.
        (None, _) => Err(Refusal::undecided(format!(
            "nothing says where to keep what was acknowledged of {log}\n\
             help: name a file: `--cursor pushed`"
        ))),
    }
}

/// What is sent at once: encoded, and known to follow what was sent before.
#[derive(Default)]
struct Batch {
    items: Vec<Vec<u8>>,
    bytes: usize,
    /// The first and the last of them.
    first: u64,
    last: Option<At>,
}

struct Push<'o> {
    receiver: Receiver,
    cursor: Cursor,
    batch: Batch,
    options: &'o Options,
    sent: u64,
}

impl Push<'_> {
    /// # Errors
    /// A record that is not the one that was acknowledged under its number, or that cannot be sent.
    fn take(&mut self, record: &Record, line: &[u8]) -> Result<(), Refusal> {
        if self.cursor.has(record)? {
            return Ok(());
        }
        let item = self.receiver.encode(record, line).map_err(|why| {
            // FAIL CLOSED: a log with a hole in it is none.
            Refusal::undecided(format!("record {} cannot be sent: {why}", record.seq))
        })?;
        let full = self.batch.items.len() >= self.options.records as usize
            || self.batch.bytes + item.len() > self.options.bytes as usize;
        if full {
            self.flush()?;
        }
        if self.batch.items.is_empty() {
            self.batch.first = record.seq;
        }
        self.batch.bytes += item.len();
        self.batch.items.push(item);
        self.batch.last = Some(At { seq: record.seq, hash: record.hash.clone() });
        Ok(())
    }

    /// Sends what is in the batch until it is acknowledged, and then says so in the cursor.
    ///
    /// # Errors
    /// A receiver that refuses, and one that is out of reach for too long.
    fn flush(&mut self) -> Result<(), Refusal> {
        let Batch { items, first, last, .. } = std::mem::take(&mut self.batch);
        let Some(last) = last else { return Ok(()) };
        self.deliver(&items, first)?;
        self.sent += items.len() as u64;
        // FAIL CLOSED: kept only behind the acknowledgement. A crash between the two sends it again.
        self.cursor.advance(last)
    }

    /// One batch, or where the receiver does not like it as a whole, its halves: until what it refuses has a
    /// number.
    fn deliver(&mut self, items: &[Vec<u8>], first: u64) -> Result<(), Refusal> {
        let mut patience = Patience::of(Duration::from_secs(self.options.patience));
        loop {
            let (why, after) = match self.receiver.send(items) {
                Ok(()) => return Ok(()),
                Err(Fault::Later { why, after }) => (why, after),
                Err(Fault::Unfit { .. }) if items.len() > 1 => {
                    let (before, behind) = items.split_at(items.len() / 2);
                    self.deliver(before, first)?;
                    return self.deliver(behind, first + before.len() as u64);
                }
                Err(Fault::Unfit { why } | Fault::Never { why }) => {
                    return Err(self.refused("the receiver refuses", items, first, &why));
                }
            };
            match patience.next(after) {
                Some(wait) => thread::sleep(wait),
                None => return Err(self.refused("no acknowledgement of", items, first, &why)),
            }
        }
    }

    fn refused(&self, what: &str, items: &[Vec<u8>], first: u64, why: &str) -> Refusal {
        let which = match items.len() as u64 {
            1 => format!("record {first}"),
            some => format!("records {first} to {}", first + some - 1),
        };
        Refusal::undecided(format!(
            "{what} {which}: {}\nhelp: run it again to go on; of the records before, some may be sent again",
            text::escaped(&self.receiver.without_token(why))
        ))
    }

    /// Sends what is whole, and nothing behind it.
    fn broken(&mut self, fault: &str) -> Result<u8, Refusal> {
        self.flush()?;
        Err(Refusal::broken(format!(
            "the log is broken: {}\nhelp: what was sent is the log up to there",
            text::escaped(fault)
        )))
    }

    fn said(&self, records: u64, log: &Place) -> Result<String, Refusal> {
        if records == 0 {
            // FAIL CLOSED: the wrong directory, or one that was emptied, is no whole log.
            return Err(Refusal::undecided(format!(
                "there are no records in {log}\nhelp: name the log that is written to"
            )));
        }
        Ok(format!("sent: {} of {}", self.sent, text::of("record", records)))
    }
}
