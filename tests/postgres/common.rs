//! A log in a database of one test's own, and what others may do to that database.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use failclosed::audit::{Record, Row, Writer};
use failclosed_postgres::{LOG, PostgresOptions, PostgresReader, PostgresStore};
use failclosed_tests_databases::{buy, guard, whole};
use sqlx::{AssertSqlSafe, Connection as _, PgConnection, postgres::PgConnectOptions, raw_sql};

use crate::server::Server;

pub(crate) struct Log {
    pub(crate) server: Arc<Server>,
    pub(crate) database: String,
}

impl Log {
    pub(crate) async fn new() -> Self {
        Self::at(Server::shared()).await
    }

    pub(crate) async fn at(server: Arc<Server>) -> Self {
        Self::with(server, "").await
    }

    pub(crate) async fn with(server: Arc<Server>, how: &str) -> Self {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        let database = format!("log_{}", NEXT.fetch_add(1, Ordering::Relaxed));
        let log = Self { server, database: "postgres".into() };
        log.run(&format!("CREATE DATABASE {database} {how}")).await.unwrap();
        Self { database, ..log }
    }

    pub(crate) fn url(&self) -> String {
        self.server.url(&self.database)
    }

    pub(crate) fn store(&self) -> PostgresStore {
        PostgresStore::connect(&self.url()).unwrap()
    }

    pub(crate) fn writer(&self) -> Writer {
        Writer::open(self.store()).unwrap()
    }

    pub(crate) fn reader(&self) -> PostgresReader {
        PostgresOptions::new(&self.url()).unwrap().reader().unwrap()
    }

    pub(crate) fn rows(&self, log: &str) -> Vec<Row> {
        self.reader().rows(log, 0, u32::MAX).unwrap()
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
        let log = Self::new().await;
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

    /// A connection of the server's owner.
    pub(crate) async fn other(&self) -> PgConnection {
        let options = PgConnectOptions::new_without_pgpass()
            .socket(self.server.path())
            .port(self.server.port())
            .username("postgres")
            .database(&self.database);
        PgConnection::connect_with(&options).await.unwrap()
    }

    /// Its statements, and what came of them.
    pub(crate) async fn run(&self, sql: &str) -> Result<(), String> {
        let mut other = self.other().await;
        let done = raw_sql(AssertSqlSafe(sql)).execute(&mut other).await;
        other.close().await.unwrap();
        done.map(drop).map_err(|error| error.to_string())
    }

    /// The same, without what keeps records as they are.
    pub(crate) async fn run_behind_its_back(&self, sql: &str) {
        let table = "ALTER TABLE failclosed.records DISABLE TRIGGER records_are_kept";
        self.run(table).await.unwrap();
        self.run(sql).await.unwrap();
        let table = "ALTER TABLE failclosed.records ENABLE ALWAYS TRIGGER records_are_kept";
        self.run(table).await.unwrap();
    }
}
