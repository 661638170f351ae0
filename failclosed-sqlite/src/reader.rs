//! A log in a database, as who reads it has it.

use std::path::PathBuf;

use failclosed_runtime::{
    Policies,
    audit::{Blocking, Row, StoreError},
};
use sqlx::query_scalar;

use crate::{
    database::{Database, failed},
    options::PATIENCE,
    policies, rows,
};

/// Reads a database that a program may be writing to. It changes nothing, and needs no lock.
#[derive(Debug)]
pub struct SqliteReader {
    database: Database,
    blocking: Blocking,
    path: PathBuf,
}

impl SqliteReader {
    /// Opens the database at `path`.
    ///
    /// # Errors
    /// A file that is not there, is no database, or has no log of a version that is known.
    pub fn open(path: impl Into<PathBuf>) -> Result<Self, StoreError> {
        let (path, blocking) = (path.into(), Blocking::new(PATIENCE)?);
        let opening = Database::open_to_read(&path, PATIENCE);
        let database = blocking.wait("opening the audit log", opening)?;
        Ok(Self { database, blocking, path })
    }

    /// The names of the logs that are in it.
    ///
    /// # Errors
    /// A database that cannot be read.
    pub fn logs(&mut self) -> Result<Vec<String>, StoreError> {
        self.blocking.wait("reading the audit log", async {
            let names = query_scalar("SELECT DISTINCT log FROM records ORDER BY log");
            let names = names.fetch_all(&mut self.database.0).await;
            names.map_err(|error| failed(&self.path, &error))
        })
    }

    /// The policies with this digest; `None` where they are not kept.
    ///
    /// # Errors
    /// A database that cannot be read, and a text that has another digest.
    pub fn policies(&mut self, digest: &str) -> Result<Option<Policies>, StoreError> {
        let text = self.blocking.wait("reading policies", async {
            let text = policies::find(&mut self.database.0, digest).await;
            text.map_err(|error| failed(&self.path, &error))
        })?;
        text.map(|text| Policies::read(digest, text)).transpose()
    }

    /// At most `limit` rows of a log, in order, from the one with number `from` on. Nothing is known of
    /// them yet: [`Chain::take_row`](failclosed_runtime::audit::Chain::take_row) tells.
    ///
    /// # Errors
    /// A database that cannot be read.
    pub fn rows(&mut self, log: &str, from: u64, limit: u32) -> Result<Vec<Row>, StoreError> {
        // A number that no column holds is after all of them.
        let Ok(from) = i64::try_from(from) else { return Ok(Vec::new()) };
        self.blocking.wait("reading the audit log", async {
            let found = rows::from(&mut self.database.0, log, from, limit.into()).await;
            found.map_err(|error| failed(&self.path, &error))
        })
    }
}
