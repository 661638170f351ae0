//! One log in files and in a database: each has all of it in the end, to the byte.

use failclosed::audit::{
    FileStore, Line, Members, Store, Writer, any_of, policies as kept, verify,
};
use failclosed_sqlite::{LOG, SqliteReader};
use failclosed_tests_databases::{Scratch, bought, policies};
use sqlx::{Connection as _, raw_sql};

use crate::common::Log;

fn files(scratch: &Scratch) -> FileStore {
    FileStore::open(scratch.path().join("files")).unwrap()
}

async fn whole(members: &Members) {
    while members.state().iter().any(|member| member.behind > 0) {
        tokio::time::sleep(std::time::Duration::from_millis(5)).await;
    }
}

fn same(scratch: &Scratch, log: &Log, records: usize) {
    let found = verify(scratch.path().join("files")).unwrap().unwrap();
    assert_eq!((found.records as usize, log.records().len()), (records, records));
    let lines = files(scratch).read(0, records).unwrap();
    let rows = log.rows(LOG).into_iter().map(|row| row.text);
    assert_eq!(rows.collect::<Vec<_>>(), lines.iter().map(Line::text).collect::<Vec<_>>());
    let digest = policies().digest().to_owned();
    let mut reader = SqliteReader::open(log.path()).unwrap();
    assert_eq!(reader.policies(&digest).unwrap(), Some(policies()));
    let in_files = kept(scratch.path().join("files"), &digest);
    assert_eq!(in_files.unwrap(), Some(policies()));
}

#[tokio::test]
async fn each_fills_the_other() {
    let (log, scratch) = (Log::sold(600).await, Scratch::new());
    for round in 0..2 {
        let stores = any_of(log.store(), files(&scratch));
        let members = stores.members();
        let writer = Writer::open(stores).unwrap();
        bought(&writer).await;
        whole(&members).await;
        writer.close().await.unwrap();
        same(&scratch, &log, 1_203 + 4 * round);
        // The files go on by themselves.
        let writer = Writer::open(files(&scratch)).unwrap();
        bought(&writer).await;
        writer.close().await.unwrap();
    }
}

/// Somebody else writes to the database, and does not end.
#[tokio::test]
async fn a_database_that_is_locked_denies_nothing() {
    let (log, scratch) = (Log::new(), Scratch::new());
    let stores = any_of(log.store(), files(&scratch));
    let members = stores.members();
    let writer = Writer::open(stores).unwrap();
    bought(&writer).await;
    whole(&members).await;
    log.has(2).await;
    let mut other = log.other().await;
    raw_sql("BEGIN IMMEDIATE").execute(&mut other).await.unwrap();
    for _ in 0..20 {
        bought(&writer).await;
    }
    assert!(members.state()[0].behind >= 38, "{members:?}");
    raw_sql("ROLLBACK").execute(&mut other).await.unwrap();
    other.close().await.unwrap();
    whole(&members).await;
    writer.close().await.unwrap();
    same(&scratch, &log, 42);
}
