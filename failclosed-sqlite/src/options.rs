//! How a log in SQLite is kept.

use std::{path::PathBuf, time::Duration};

use failclosed_runtime::audit::{Blocking, StoreError};

use crate::{LOG, SqliteStore, place::Place};

/// What is waited for a statement, unless the options say otherwise.
pub(crate) const PATIENCE: Duration = Duration::from_secs(5);

/// How a log in an SQLite database is kept.
#[derive(Debug, Clone)]
#[must_use]
pub struct SqliteOptions {
    log: String,
    patience: Duration,
}

impl Default for SqliteOptions {
    fn default() -> Self {
        Self { log: LOG.to_owned(), patience: PATIENCE }
    }
}

impl SqliteOptions {
    /// The name of the log, where one file has several: a chain of records under each name. `main` unless
    /// set.
    pub fn log(mut self, name: impl Into<String>) -> Self {
        self.log = name.into();
        self
    }

    /// How long one append, or one look at the log, may take: 5 s unless set. Then the append has failed,
    /// whatever the disk does later.
    pub fn patience(mut self, patience: Duration) -> Self {
        self.patience = patience;
        self
    }

    /// Opens the log in the database at `path`, which is made if it is not there, for its owner alone.
    ///
    /// # Errors
    /// A file that is a link, is no database, or that others may read; one that a newer version of this
    /// crate made; a log that another process writes.
    pub fn open(self, path: impl Into<PathBuf>) -> Result<SqliteStore, StoreError> {
        let place = Place::make(&path.into(), &self.log)?;
        SqliteStore::new(place, Blocking::new(self.patience)?, self.log, self.patience)
    }
}
