//! A log in a file, and what others may do to that file.

use std::path::PathBuf;

use failclosed::audit::{Record, Row, Writer};
use failclosed_sqlite::{LOG, SqliteReader, SqliteStore};
use failclosed_tests_databases::{Scratch, buy, guard, whole};
use sqlx::{Connection as _, SqliteConnection, raw_sql, sqlite::SqliteConnectOptions};

pub(crate) struct Log(pub(crate) Scratch);

impl Log {
    pub(crate) fn new() -> Self {
        Self(Scratch::new())
    }

    pub(crate) fn path(&self) -> PathBuf {
        self.0.path().join("audit.db")
    }

    pub(crate) fn store(&self) -> SqliteStore {
        SqliteStore::open(self.path()).unwrap()
    }

    pub(crate) fn writer(&self) -> Writer {
        Writer::open(self.store()).unwrap()
    }

    pub(crate) fn rows(&self, log: &str) -> Vec<Row> {
        SqliteReader::open(self.path()).unwrap().rows(log, 0, u32::MAX).unwrap()
    }

    /// The records of a log that is whole.
    pub(crate) fn records(&self) -> Vec<Record> {
        whole(&self.rows(LOG)).unwrap()
    }

    /// Waits for so many records: an outcome is written behind its call.
    pub(crate) async fn has(&self, records: usize) {
        while self.rows(LOG).len() < records {
            tokio::task::yield_now().await;
        }
    }

    /// A closed log of so many allowed calls and a denied one.
    pub(crate) async fn sold(purchases: u64) -> Self {
        let log = Self::new();
        let writer = log.writer();
        let guard = guard(&writer);
        for _ in 0..purchases {
            assert_eq!(buy(&guard, "lunch", 1).await.1, 1);
        }
        assert_eq!(buy(&guard, "a car", 9).await.1, 0);
        writer.close().await.unwrap();
        assert_eq!(log.records().len() as u64, purchases * 2 + 1);
        log
    }

    /// A connection of somebody else's.
    pub(crate) async fn other(&self) -> SqliteConnection {
        let options = SqliteConnectOptions::new().filename(self.path());
        SqliteConnection::connect_with(&options).await.unwrap()
    }

    /// Somebody else's statements, and what came of them.
    pub(crate) async fn run(&self, sql: &'static str) -> Result<(), String> {
        let mut other = self.other().await;
        let done = raw_sql(sql).execute(&mut other).await;
        other.close().await.unwrap();
        done.map(drop).map_err(|error| error.to_string())
    }

    /// The same, of somebody who may do everything.
    pub(crate) async fn run_behind_its_back(&self, sql: &'static str) {
        self.run(
            "DROP TRIGGER records_are_not_changed; DROP TRIGGER records_are_not_removed; \
             DROP TRIGGER records_are_in_order",
        )
        .await
        .unwrap();
        self.run(sql).await.unwrap();
    }
}
