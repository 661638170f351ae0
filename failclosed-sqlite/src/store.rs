//! A log in an SQLite database.

use std::{path::PathBuf, time::Duration};

use failclosed_runtime::{
    Policies,
    audit::{Blocking, Chain, End, Line, Row, Store, StoreError},
};
use sqlx::{Connection as _, SqliteConnection};

use crate::{
    SqliteOptions,
    database::{Database, failed},
    place::Place,
    policies, rows,
};

/// How many records at the end of a log are looked at before it is written.
const TAIL: i64 = 64;

/// How many rows are held at a time.
const PAGE: i64 = 1_000;

/// Keeps records in a database that only its owner can read. Each append is one transaction: it begins where
/// the log ended, and is on the disk before it counts.
#[derive(Debug)]
pub struct SqliteStore {
    /// `None` after an append that failed: whether it counts is not known until the log is looked at anew.
    database: Option<Database>,
    blocking: Blocking,
    patience: Duration,
    place: Place,
    log: String,
    /// What the log is known to have. An append begins here and nowhere else.
    known: Chain,
}

impl SqliteStore {
    /// The log `main` in the database at `path`, kept in the usual way.
    ///
    /// # Errors
    /// As [`SqliteOptions::open`].
    pub fn open(path: impl Into<PathBuf>) -> Result<Self, StoreError> {
        SqliteOptions::default().open(path)
    }

    pub(crate) fn new(
        place: Place,
        blocking: Blocking,
        log: String,
        patience: Duration,
    ) -> Result<Self, StoreError> {
        let known = Chain::default();
        let mut store = Self { database: None, blocking, patience, place, log, known };
        store.connect()?;
        Ok(store)
    }

    fn connect(&mut self) -> Result<(), StoreError> {
        self.place.closed();
        self.place.is_in_place()?;
        let opening = Database::open(self.place.path(), self.patience);
        self.database = Some(self.blocking.wait("opening the audit log", opening)?);
        self.place.opened()
    }

    /// Ends a connection whose files are not where they were, and waits for that. It alone still has the
    /// write-ahead log if that was removed: what was committed to it is brought into the database before another
    /// connection begins a new one.
    fn let_go(&self, database: Database) {
        let path = self.place.path();
        let ended = self.blocking.wait("closing the audit log", async {
            let brought = database.close_whole().await;
            brought.map_err(|error| failed(path, &error))
        });
        if let Err(error) = ended {
            // What it could not bring is missed when the log is looked at anew, and then nothing is appended.
            tracing::error!(target: "failclosed", %error, "records may have gone with their file");
        }
    }

    fn rows(&mut self, from: i64, limit: i64) -> Result<Vec<Row>, StoreError> {
        let Self { database: Some(database), blocking, place, log, .. } = self else {
            return Err(unknown());
        };
        blocking.wait("reading the audit log", async {
            let found = rows::from(&mut database.0, log, from, limit).await;
            found.map_err(|error| failed(place.path(), &error))
        })
    }
}

impl Store for SqliteStore {
    fn end(&mut self) -> Result<End, StoreError> {
        let Self { database: Some(database), blocking, place, log, .. } = &mut *self else {
            return Err(unknown());
        };
        let last = blocking.wait("reading the audit log", async {
            let last = rows::last(&mut database.0, log).await;
            last.map_err(|error| failed(place.path(), &error))
        })?;
        let from = last.map_or(0, |(seq, _)| (seq + 1 - TAIL).max(0));
        let end = End::of(&self.rows(from, TAIL)?)?;
        self.known = Chain::from(&end);
        Ok(end)
    }

    fn append(&mut self, lines: &[Line]) -> Result<(), StoreError> {
        let rows: Result<Vec<_>, _> = lines.iter().map(Row::of).collect();
        let (rows, mut after) = (rows.map_err(StoreError::new)?, self.known.clone());
        for row in &rows {
            // FAIL CLOSED: what does not follow what is there belongs to another log.
            after.take_row(row).map_err(StoreError::new)?;
        }
        let Some(mut database) = self.database.take() else { return Err(unknown()) };
        let Self { blocking, place, log, known, .. } = &*self;
        // Before it: records that are written to a file nobody can find are lost.
        if let Err(why) = place.is_in_place() {
            self.let_go(database);
            return Err(why);
        }
        blocking.wait("writing to the audit log", async {
            let written = write(&mut database.0, log, known, &rows).await;
            written.map_err(|error| failed(place.path(), &error))?
        })?;
        // And after it: the file may have gone meanwhile.
        if let Err(why) = place.is_in_place() {
            self.let_go(database);
            return Err(why);
        }
        (self.known, self.database) = (after, Some(database));
        Ok(())
    }

    fn keep_policies(&mut self, new: &Policies) -> Result<(), StoreError> {
        if self.database.is_none() {
            self.connect()?;
        }
        // Taken: after a failure the connection may be in the middle of something.
        let Some(mut database) = self.database.take() else { return Err(unknown()) };
        let path = self.place.path();
        let kept = self.blocking.wait("keeping policies", async {
            let kept = policies::keep(&mut database.0, new.digest(), new.text()).await;
            kept.map_err(|error| failed(path, &error))
        })?;
        self.database = Some(database);
        new.are_kept(kept)
    }

    fn policies(&mut self, digest: &str) -> Result<Option<Policies>, StoreError> {
        let Self { database: Some(database), blocking, place, .. } = self else {
            return Err(unknown());
        };
        let text = blocking.wait("reading policies", async {
            let text = policies::find(&mut database.0, digest).await;
            text.map_err(|error| failed(place.path(), &error))
        })?;
        text.map(|text| Policies::read(digest, text)).transpose()
    }

    fn resume(&mut self) -> Result<Option<End>, StoreError> {
        if self.database.is_none() {
            self.connect()?;
        }
        self.known = self.known.clone().grown(|from| self.rows(number(from)?, PAGE))?;
        Ok(Some(self.known.clone().into()))
    }

    fn read(&mut self, from: u64, limit: usize) -> Result<Vec<Line>, StoreError> {
        let rows = self.rows(number(from)?, i64::try_from(limit).unwrap_or(i64::MAX))?;
        let lines = rows.iter().map(|row| {
            row.line().map_err(|why| StoreError::new(format_args!("record {}: {why}", row.seq)))
        });
        lines.collect()
    }

    fn close(&mut self) -> Result<(), StoreError> {
        let Some(database) = self.database.take() else { return Ok(()) };
        let path = self.place.path();
        self.blocking.wait("closing the audit log", async {
            database.close().await.map_err(|error| failed(path, &error))
        })
    }
}

/// Compares where the log ends, and appends, in one transaction.
async fn write(
    connection: &mut SqliteConnection,
    log: &str,
    known: &Chain,
    new: &[Row],
) -> sqlx::Result<Result<(), StoreError>> {
    // At once the only one that writes: what is compared stays as it is.
    let mut transaction = connection.begin_with("BEGIN IMMEDIATE").await?;
    let last = rows::last(&mut transaction, log).await?;
    let chain = last.map_or_else(Chain::default, |(seq, hash)| {
        Chain::at(u64::try_from(seq).unwrap_or_default() + 1, hash)
    });
    if chain != *known {
        // FAIL CLOSED: somebody else wrote to it, or removed a part of it.
        return Ok(Err(StoreError::new(format_args!(
            "the audit log `{log}` ends before record {}, and not before record {}: it was written to by \
             another\nhelp: give each process a log of its own",
            chain.next(),
            known.next()
        ))));
    }
    for row in new {
        rows::insert(&mut transaction, log, row).await?;
    }
    transaction.commit().await.map(Ok)
}

/// The number of a record, as a column holds it.
fn number(seq: u64) -> Result<i64, StoreError> {
    // FAIL CLOSED: another number would be another record.
    i64::try_from(seq).map_err(|_| StoreError::new(format_args!("there is no record {seq}")))
}

fn unknown() -> StoreError {
    // FAIL CLOSED: whether the last append counts is not known.
    StoreError::new("the audit log was not looked at since an append failed")
}
