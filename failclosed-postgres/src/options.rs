//! How a log in PostgreSQL is kept.

use std::{env, fmt, fs::File, io::Read as _, path::Path, time::Duration};

use failclosed_runtime::audit::{Blocking, StoreError};

use crate::{LOG, PostgresReader, PostgresStore, place::Place};

/// What is waited for a statement, unless the options say otherwise.
const PATIENCE: Duration = Duration::from_secs(5);

/// More than any URL has.
const MAX_BYTES: u64 = 64 * 1024;

/// How a log in a PostgreSQL database is kept, and where.
#[derive(Debug, Clone)]
#[must_use]
pub struct PostgresOptions {
    place: Place,
    log: String,
    patience: Duration,
}

impl PostgresOptions {
    /// In the database with this URL.
    ///
    /// # Errors
    /// What is no URL of a database, or would believe anybody to be the server.
    pub fn new(url: &str) -> Result<Self, StoreError> {
        Ok(Self { place: Place::read(url)?, log: LOG.to_owned(), patience: PATIENCE })
    }

    /// With the URL that is in a file.
    ///
    /// # Errors
    /// A file that cannot be read, or that others may read; and as [`new`](Self::new).
    pub fn from_file(path: impl AsRef<Path>) -> Result<Self, StoreError> {
        let path = path.as_ref();
        let failed = |error: &dyn fmt::Display| {
            StoreError::new(format_args!("cannot read {}: {error}", path.display()))
        };
        let file = File::open(path).map_err(|error| failed(&error))?;
        #[cfg(unix)]
        {
            use std::os::unix::fs::MetadataExt as _;
            let mode = file.metadata().map_err(|error| failed(&error))?.mode();
            if mode & 0o077 != 0 {
                // FAIL CLOSED: who else knows the password is not known.
                return Err(StoreError::new(format_args!(
                    "{} is not for its owner alone\nhelp: chmod 600 {}",
                    path.display(),
                    path.display()
                )));
            }
        }
        let mut url = String::new();
        file.take(MAX_BYTES).read_to_string(&mut url).map_err(|error| failed(&error))?;
        Self::new(&url)
    }

    /// With the URL that is in a variable of the environment.
    ///
    /// # Errors
    /// A variable that is not set; and as [`new`](Self::new).
    pub fn from_variable(name: &str) -> Result<Self, StoreError> {
        match env::var(name) {
            Ok(url) => Self::new(&url),
            // What it says may be a part of it.
            Err(_) => Err(StoreError::new(format_args!(
                "the variable {name} is not set\n\
                 help: export {name}=postgres://USER:PASSWORD@HOST:5432/DATABASE"
            ))),
        }
    }

    /// The name of the log: a chain of records under each name, and one process for each. `main` unless
    /// set.
    pub fn log(mut self, name: impl Into<String>) -> Self {
        self.log = name.into();
        self
    }

    /// How long one append, or one look at the log, may take: 5 s unless set. Then the append has failed,
    /// whatever the server does later.
    pub fn patience(mut self, patience: Duration) -> Self {
        self.patience = patience;
        self
    }

    /// Connects, and makes the tables where they are not there and the role may make them.
    ///
    /// # Errors
    /// A database that cannot be reached, keeps not what it commits, was made by a newer version of this
    /// crate, or whose log another process writes.
    pub fn connect(self) -> Result<PostgresStore, StoreError> {
        let blocking = Blocking::new(self.patience)?;
        PostgresStore::new(self.place, blocking, self.log, self.patience)
    }

    /// Connects to read. It changes nothing, and needs no lock.
    ///
    /// # Errors
    /// A database that cannot be reached, or has no log of a version that is known.
    pub fn reader(self) -> Result<PostgresReader, StoreError> {
        PostgresReader::new(self.place, Blocking::new(self.patience)?, self.patience)
    }
}
