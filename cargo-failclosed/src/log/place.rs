//! Where a log is, as it is named on the command line, and its records one after the other.

use std::{
    collections::VecDeque,
    env,
    ffi::OsString,
    fmt,
    path::{Path, PathBuf},
};

use failclosed_postgres::{PostgresOptions, PostgresReader};
use failclosed_runtime::{
    Policies,
    audit::{Chain, Reader, Record, Removed, Row, Store, StoreError, Verified, policies},
};
use failclosed_sqlite::{SqliteOptions, SqliteReader};

use super::{Refusal, text};

/// The variable with the URL of the database, and the one with the file that has it.
const URL: &str = "FAILCLOSED_POSTGRES_URL";
const URL_FILE: &str = "FAILCLOSED_POSTGRES_URL_FILE";

/// How many rows are held at a time.
const PAGE: u32 = 1_000;

/// Where a log is.
#[derive(Debug, Clone)]
pub(crate) enum Place {
    Directory(PathBuf),
    Sqlite { path: PathBuf, log: String },
    Postgres { log: String },
}

impl From<OsString> for Place {
    /// `sqlite:FILE`, `sqlite:FILE#LOG`, `postgres:LOG`, and everything else is a directory: `./sqlite:x` too.
    fn from(named: OsString) -> Self {
        let or = |log: &str, main: &str| if log.is_empty() { main } else { log }.to_owned();
        let text = named.to_str().unwrap_or_default();
        if let Some(log) = text.strip_prefix("postgres:") {
            return Self::Postgres { log: or(log, failclosed_postgres::LOG) };
        }
        let Some(file) = text.strip_prefix("sqlite:") else { return Self::Directory(named.into()) };
        let (path, log) = file.rsplit_once('#').unwrap_or((file, ""));
        Self::Sqlite { path: path.into(), log: or(log, failclosed_sqlite::LOG) }
    }
}

impl Place {
    /// The directory, for what only a log in files has.
    ///
    /// # Errors
    /// A log in a database.
    pub(super) fn directory(&self) -> Result<&Path, Refusal> {
        match self {
            Self::Directory(directory) => Ok(directory),
            // FAIL CLOSED: nothing was compared.
            Self::Sqlite { .. } | Self::Postgres { .. } => Err(Refusal::undecided(format!(
                "{self} has no checkpoints: only a log in files is signed\n\
                 help: `--expect HASH` compares the last hash with one that was kept elsewhere"
            ))),
        }
    }

    /// Whether it has checkpoints, with which nothing was compared yet.
    pub(super) fn is_signed(&self) -> bool {
        matches!(self, Self::Directory(directory) if directory.join("checkpoints").exists())
    }

    /// The records, from the first one on.
    ///
    /// # Errors
    /// A place that cannot be read.
    pub(super) fn open(&self) -> Result<Box<dyn Source>, StoreError> {
        Ok(match self {
            Self::Directory(directory) => Box::new(Reader::open(directory)?),
            Self::Sqlite { path, log } => Box::new(Rows::new(SqliteReader::open(path)?, log)),
            Self::Postgres { log } => Box::new(Rows::new(postgres()?.reader()?, log)),
        })
    }

    /// The policies with this digest, where the log keeps them.
    ///
    /// # Errors
    /// A place that cannot be read, and policies that were changed there.
    pub(super) fn policies(&self, digest: &str) -> Result<Option<Policies>, StoreError> {
        match self {
            Self::Directory(directory) => policies(directory, digest),
            Self::Sqlite { path, .. } => SqliteReader::open(path)?.policies(digest),
            Self::Postgres { .. } => postgres()?.reader()?.policies(digest),
        }
    }

    /// The same place to write to. Only a database: who writes files is its program.
    ///
    /// # Errors
    /// A directory, and what cannot be written to.
    pub(super) fn store(&self) -> Result<Box<dyn Store>, StoreError> {
        Ok(match self {
            Self::Directory(_) => {
                return Err(StoreError::new(format_args!(
                    "{self} is a directory\nhelp: name a database: `--to sqlite:audit.db`"
                )));
            }
            Self::Sqlite { path, log } => Box::new(SqliteOptions::default().log(log).open(path)?),
            Self::Postgres { log } => Box::new(postgres()?.log(log).connect()?),
        })
    }
}

/// A URL has a password in it, so it is no argument: everybody on the machine sees those.
fn postgres() -> Result<PostgresOptions, StoreError> {
    match (env::var_os(URL_FILE), env::var_os(URL)) {
        (Some(file), _) => PostgresOptions::from_file(PathBuf::from(file)),
        (None, Some(_)) => PostgresOptions::from_variable(URL),
        (None, None) => Err(StoreError::new(format_args!(
            "nothing says where the database is\n\
             help: export {URL_FILE}=/run/secrets/audit-url, a file with \
             postgres://USER:PASSWORD@HOST:5432/DATABASE"
        ))),
    }
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Directory(path) => f.write_str(&text::path(path)),
            Self::Sqlite { path, log } => {
                write!(f, "sqlite:{}#{}", text::path(path), text::line(log))
            }
            Self::Postgres { log } => write!(f, "postgres:{}", text::line(log)),
        }
    }
}

/// The records of a log, wherever it is: each is known to follow the one before.
pub(super) trait Source {
    /// The next one, `None` where none is left for now, or where the log is broken, and how.
    fn next_record(&mut self) -> Result<Result<Option<Record>, String>, StoreError>;

    /// The text of the record that was read last.
    fn text(&self) -> &[u8];

    /// What was read, if the log ends there.
    fn finish(&mut self) -> Result<Result<Whole, String>, StoreError>;
}

/// A log that is whole.
pub(super) struct Whole {
    pub(super) records: u64,
    /// The front of it that retention removed.
    pub(super) removed: Option<Removed>,
    pub(super) hash: String,
}

impl Source for Reader {
    fn next_record(&mut self) -> Result<Result<Option<Record>, String>, StoreError> {
        Ok(self.next_record()?.map_err(|broken| broken.to_string()))
    }

    fn text(&self) -> &[u8] {
        self.text()
    }

    fn finish(&mut self) -> Result<Result<Whole, String>, StoreError> {
        let whole = self.finish()?.map_err(|broken| broken.to_string());
        Ok(whole.map(|Verified { records, removed, hash, .. }| Whole { records, removed, hash }))
    }
}

/// A database, page by page.
trait Pages {
    fn rows(&mut self, log: &str, from: u64) -> Result<Vec<Row>, StoreError>;
}

impl Pages for SqliteReader {
    fn rows(&mut self, log: &str, from: u64) -> Result<Vec<Row>, StoreError> {
        self.rows(log, from, PAGE)
    }
}

impl Pages for PostgresReader {
    fn rows(&mut self, log: &str, from: u64) -> Result<Vec<Row>, StoreError> {
        self.rows(log, from, PAGE)
    }
}

/// The rows of a log, held to the chain.
struct Rows<P> {
    pages: P,
    log: String,
    chain: Chain,
    ahead: VecDeque<Row>,
    text: String,
}

impl<P: Pages> Rows<P> {
    fn new(pages: P, log: &str) -> Self {
        let (chain, ahead) = (Chain::default(), VecDeque::new());
        Self { pages, log: log.to_owned(), chain, ahead, text: String::new() }
    }
}

impl<P: Pages> Source for Rows<P> {
    fn next_record(&mut self) -> Result<Result<Option<Record>, String>, StoreError> {
        if self.ahead.is_empty() {
            self.ahead = self.pages.rows(&self.log, self.chain.next())?.into();
        }
        let Some(row) = self.ahead.pop_front() else { return Ok(Ok(None)) };
        let seq = self.chain.next();
        let record = self
            .chain
            .take_row(&row)
            .map_err(|fault| format!("log {}, row {}, record {seq}: {fault}", self.log, row.seq));
        self.text = row.text;
        Ok(record.map(Some))
    }

    fn text(&self) -> &[u8] {
        self.text.as_bytes()
    }

    fn finish(&mut self) -> Result<Result<Whole, String>, StoreError> {
        // A program may write on; what came meanwhile is not in the answer.
        let (records, hash) = (self.chain.next(), self.chain.hash().to_owned());
        Ok(Ok(Whole { records, removed: None, hash }))
    }
}
