//! A log in a PostgreSQL database.

use std::time::Duration;

use failclosed_runtime::{
    Policies,
    audit::{Blocking, Chain, End, Line, Row, Store, StoreError},
};

use crate::{
    PostgresOptions,
    place::Place,
    policies, rows,
    session::{Identity, Session},
};

/// How many records at the end of a log are looked at before it is written.
const TAIL: i64 = 64;

/// How many rows are held at a time.
const PAGE: i64 = 1_000;

/// Keeps records in a database that many may write to, each its own log. Each append is one transaction: it
/// begins where the log ended, and is durable before it counts.
///
/// Where the server is lost, so is what is known of the last append. The log is looked at anew before the
/// next one: it goes on by itself when the server is back.
#[derive(Debug)]
pub struct PostgresStore {
    /// `None` after an append that failed: whether it counts is not known until the log is looked at anew.
    session: Option<Session>,
    /// The last session: the server may still have it, with its lock.
    before: Option<Identity>,
    blocking: Blocking,
    patience: Duration,
    place: Place,
    log: String,
    /// What the log is known to have. An append begins here and nowhere else.
    known: Chain,
}

impl PostgresStore {
    /// The log `main` in the database with this URL, kept in the usual way. [`PostgresOptions`] has other
    /// ways to give the URL, and other names.
    ///
    /// # Errors
    /// As [`PostgresOptions::new`] and [`PostgresOptions::connect`].
    pub fn connect(url: &str) -> Result<Self, StoreError> {
        PostgresOptions::new(url)?.connect()
    }

    pub(crate) fn new(
        place: Place,
        blocking: Blocking,
        log: String,
        patience: Duration,
    ) -> Result<Self, StoreError> {
        if log.is_empty() || log.len() > 256 || log.contains('\0') {
            return Err(StoreError::new(format_args!(
                "{log:?} is no name for a log\nhelp: use 1 to 256 bytes of text, such as `shop-1`"
            )));
        }
        let known = Chain::default();
        let (session, before) = (None, None);
        let mut store = Self { session, before, blocking, patience, place, log, known };
        store.begin()?;
        Ok(store)
    }

    fn begin(&mut self) -> Result<(), StoreError> {
        let Self { before, place, log, patience, .. } = &*self;
        let beginning = Session::begin(place, log, *patience, before.as_ref());
        let session = self.blocking.wait("connecting to the audit log", beginning)?;
        self.before = Some(session.identity.clone());
        self.session = Some(session);
        Ok(())
    }

    fn rows(&mut self, from: i64, limit: i64) -> Result<Vec<Row>, StoreError> {
        // Taken: after a failure the connection may be in the middle of something.
        let Some(mut session) = self.session.take() else { return Err(unknown()) };
        let Self { blocking, place, log, .. } = &*self;
        let found = blocking.wait("reading the audit log", async {
            let found = rows::from(&mut session.connection, log, from, limit).await;
            found.map_err(|error| place.failed(&error))
        })?;
        self.session = Some(session);
        Ok(found)
    }
}

impl Store for PostgresStore {
    fn end(&mut self) -> Result<End, StoreError> {
        let Self { session: Some(session), blocking, place, log, .. } = &mut *self else {
            return Err(unknown());
        };
        let last = blocking.wait("reading the audit log", async {
            let last = rows::last(&mut session.connection, log).await;
            last.map_err(|error| place.failed(&error))
        })?;
        let from = last.map_or(0, |seq| (seq + 1 - TAIL).max(0));
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
        let Some(mut session) = self.session.take() else { return Err(unknown()) };
        let Self { blocking, place, log, known, .. } = &*self;
        let written = blocking.wait("writing to the audit log", async {
            let written = rows::insert(&mut session, log, known, &rows).await;
            written.map_err(|error| place.failed(&error))
        })?;
        if written != rows.len() as u64 {
            // FAIL CLOSED: somebody else wrote to it, or removed a part of it.
            return Err(self.place.failed(&format_args!(
                "the audit log `{}` does not end before record {}: it was written to by another\n\
                 help: give each process a log of its own, and a session without a pooler",
                self.log,
                self.known.next()
            )));
        }
        (self.known, self.session) = (after, Some(session));
        Ok(())
    }

    fn keep_policies(&mut self, new: &Policies) -> Result<(), StoreError> {
        if self.session.is_none() {
            self.begin()?;
        }
        // Taken: after a failure the connection may be in the middle of something.
        let Some(mut session) = self.session.take() else { return Err(unknown()) };
        let place = &self.place;
        let kept = self.blocking.wait("keeping policies", async {
            let kept = policies::keep(&mut session.connection, new.digest(), new.text()).await;
            kept.map_err(|error| place.failed(&error))
        })?;
        self.session = Some(session);
        new.are_kept(kept)
    }

    fn policies(&mut self, digest: &str) -> Result<Option<Policies>, StoreError> {
        // Taken: after a failure the connection may be in the middle of something.
        let Some(mut session) = self.session.take() else { return Err(unknown()) };
        let place = &self.place;
        let text = self.blocking.wait("reading policies", async {
            let text = policies::find(&mut session.connection, digest).await;
            text.map_err(|error| place.failed(&error))
        })?;
        self.session = Some(session);
        text.map(|text| Policies::read(digest, text)).transpose()
    }

    fn resume(&mut self) -> Result<Option<End>, StoreError> {
        if self.session.is_none() {
            self.begin()?;
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
        let Some(session) = self.session.take() else { return Ok(()) };
        let place = &self.place;
        self.blocking.wait("closing the audit log", async {
            session.close().await.map_err(|error| place.failed(&error))
        })
    }
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
