//! A log in a database, as who reads it has it.

use std::time::Duration;

use failclosed_runtime::{
    Policies,
    audit::{Blocking, Row, StoreError},
};
use sqlx::{PgConnection, query_scalar};

use crate::{database::is_readable, place::Place, policies, rows, session::connect};

/// Reads a database that programs may be writing to. It changes nothing, and needs no lock.
#[derive(Debug)]
pub struct PostgresReader {
    connection: PgConnection,
    blocking: Blocking,
    place: Place,
}

impl PostgresReader {
    pub(crate) fn new(
        place: Place,
        blocking: Blocking,
        patience: Duration,
    ) -> Result<Self, StoreError> {
        let connection = blocking.wait("connecting to the audit log", async {
            let mut connection = connect(&place, patience).await?;
            is_readable(&mut connection, &place).await?;
            Ok(connection)
        })?;
        Ok(Self { connection, blocking, place })
    }

    /// The names of the logs that are in it.
    ///
    /// # Errors
    /// A database that cannot be read.
    pub fn logs(&mut self) -> Result<Vec<String>, StoreError> {
        self.blocking.wait("reading the audit log", async {
            let names = query_scalar("SELECT DISTINCT log FROM failclosed.records ORDER BY log");
            let names = names.fetch_all(&mut self.connection).await;
            names.map_err(|error| self.place.failed(&error))
        })
    }

    /// The policies with this digest; `None` where they are not kept.
    ///
    /// # Errors
    /// A database that cannot be read, and a text that has another digest.
    pub fn policies(&mut self, digest: &str) -> Result<Option<Policies>, StoreError> {
        let text = self.blocking.wait("reading policies", async {
            let text = policies::find(&mut self.connection, digest).await;
            text.map_err(|error| self.place.failed(&error))
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
            let found = rows::from(&mut self.connection, log, from, limit.into()).await;
            found.map_err(|error| self.place.failed(&error))
        })
    }
}
