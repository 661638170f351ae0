//! What is opened, and what is not.

use std::{
    fs::{self, Permissions},
    os::unix::fs::{MetadataExt as _, PermissionsExt as _, symlink},
    process::Command,
};

use failclosed::audit::{Store as _, StoreError, Writer};
use failclosed_sqlite::{SqliteOptions, SqliteReader, SqliteStore};
use failclosed_tests_databases::bought;

use crate::common::Log;

fn refused(log: &Log, why: &str) {
    let opened = SqliteStore::open(log.path()).and_then(Writer::open);
    let error = opened.map(drop).unwrap_err().to_string();
    assert!(error.contains(why), "{why}: {error}");
}

#[tokio::test]
async fn every_file_is_for_its_owner_alone() {
    let log = Log::new();
    let writer = log.writer();
    bought(&writer).await;
    let mut names = Vec::new();
    for entry in fs::read_dir(log.0.path()).unwrap() {
        let entry = entry.unwrap();
        assert_eq!(entry.metadata().unwrap().mode() & 0o777, 0o600, "{entry:?}");
        names.push(entry.file_name().into_string().unwrap());
    }
    names.sort();
    assert_eq!(names, ["audit.db", "audit.db-shm", "audit.db-wal", "audit.db.main.lock"]);
    writer.close().await.unwrap();
    fs::set_permissions(log.path(), Permissions::from_mode(0o640)).unwrap();
    refused(&log, "is not for its owner alone\nhelp: chmod 600 ");
}

#[tokio::test]
async fn a_second_writer_is_told_what_to_do() {
    let log = Log::new();
    let writer = log.writer();
    bought(&writer).await;
    refused(&log, "is being written by another process\nhelp: give each process a log of its own");
    bought(&writer).await;
    writer.close().await.unwrap();
    log.store();
    assert_eq!(log.records().len(), 4);
}

/// Whoever may write to the directory must not have this process write somewhere else.
#[tokio::test]
async fn what_is_no_file_is_neither_followed_nor_waited_for() {
    for name in ["audit.db", "audit.db.main.lock"] {
        for kind in 0..3 {
            let log = Log::new();
            let (victim, planted) = (log.0.path().join("victim"), log.0.path().join(name));
            fs::write(&victim, "").unwrap();
            match kind {
                0 => symlink(&victim, &planted).unwrap(),
                1 => fs::create_dir(&planted).unwrap(),
                _ => assert!(Command::new("mkfifo").arg(&planted).status().unwrap().success()),
            }
            refused(&log, name);
            assert_eq!(fs::read(&victim).unwrap(), b"");
        }
    }
    let log = Log::new();
    fs::write(log.path(), "not a database, and no end".repeat(100)).unwrap();
    fs::set_permissions(log.path(), Permissions::from_mode(0o600)).unwrap();
    refused(&log, "file is not a database");
    assert!(SqliteReader::open(log.0.path().join("missing")).is_err());
}

#[tokio::test]
async fn a_schema_that_is_newer_or_another_one_is_not_written_to() {
    let log = Log::sold(1).await;
    log.run("INSERT INTO failclosed_migrations VALUES (2, 'grants', 0, TRUE, x'00', 0)")
        .await
        .unwrap();
    refused(&log, "was made by a newer version of failclosed");
    let error = SqliteReader::open(log.path()).map(drop).unwrap_err().to_string();
    assert!(error.contains("newer version") && error.contains("\nhelp: "), "{error}");

    let log = Log::sold(1).await;
    log.run("UPDATE failclosed_migrations SET checksum = x'00'").await.unwrap();
    refused(&log, "has been modified\nhelp: ");
    let log = Log::sold(1).await;
    log.run("UPDATE failclosed_migrations SET success = FALSE").await.unwrap();
    refused(&log, "partially applied");

    let log = Log::new();
    log.store();
    log.run("DROP TABLE failclosed_migrations; DROP TABLE records").await.unwrap();
    let error = SqliteReader::open(log.path()).map(drop).unwrap_err().to_string();
    assert!(error.contains("there is no audit log in"), "{error}");
}

/// Two programs that make the same file at the same time.
#[test]
fn many_open_a_new_file_at_once() {
    let log = Log::new();
    let path = &log.path();
    std::thread::scope(|scope| {
        let opened: Vec<_> = (0..6)
            .map(|at| {
                scope.spawn(move || -> Result<u64, StoreError> {
                    let mut store = SqliteOptions::default().log(format!("log-{at}")).open(path)?;
                    Ok(store.end()?.next)
                })
            })
            .collect();
        for opened in opened {
            assert_eq!(opened.join().unwrap().unwrap(), 0);
        }
    });
}
