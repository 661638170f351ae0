//! A disk, a file and a database that fail while a program writes to them.

use std::{
    collections::HashSet,
    fs::{self, Permissions},
    os::unix::{
        fs::{PermissionsExt as _, chown},
        process::CommandExt as _,
    },
    process::Command,
    time::{Duration, Instant},
};

use failclosed::audit::{Kind, Writer};
use failclosed_sqlite::{LOG, SqliteOptions, SqliteStore};
use failclosed_tests_databases::{bought, bought_in_the_end, killed::Said, unrecorded};
use sqlx::{Connection as _, raw_sql};

use crate::{common::Log, killed::SHOP};

#[tokio::test]
async fn a_database_that_went_away_denies_until_it_is_back() {
    let log = Log::new();
    let writer = log.writer();
    bought(&writer).await;
    log.has(2).await;
    let (path, away) = (log.path(), log.0.path().join("away"));
    fs::rename(&path, &away).unwrap();
    unrecorded(&writer, "was removed or replaced while it was open help: ").await;
    // Another one in its place is another one.
    fs::copy(&away, &path).unwrap();
    fs::set_permissions(&path, Permissions::from_mode(0o600)).unwrap();
    unrecorded(&writer, "was removed or replaced while it was open help: ").await;
    fs::rename(&away, &path).unwrap();
    bought(&writer).await;
    writer.close().await.unwrap();
    assert!(log.records().len() >= 4);
}

/// What was committed to a write-ahead log that is gone would be gone at the next start.
#[tokio::test]
async fn a_write_ahead_log_that_went_away_denies() {
    let log = Log::new();
    let writer = log.writer();
    bought(&writer).await;
    log.has(2).await;
    fs::remove_file(log.0.path().join("audit.db-wal")).unwrap();
    unrecorded(&writer, "audit.db-wal was removed or replaced while it was open help: ").await;
    // Whether it had to do without it or not: every record of an allow is there.
    bought_in_the_end(&writer).await;
    writer.close().await.unwrap();
    let records = log.records();
    let allows = records.iter().filter(|record| record.verdict.as_deref() == Some("allow"));
    assert_eq!(allows.count(), 2);
}

/// Another program has the database open: the end of our own connection is not the end of the last one, which
/// SQLite would bring the log into the database at.
#[tokio::test]
async fn a_write_ahead_log_that_went_away_is_brought_in_also_where_another_has_it_open() {
    let log = Log::new();
    let writer = log.writer();
    bought(&writer).await;
    log.has(2).await;
    let mut other = log.other().await;
    raw_sql("SELECT count(*) FROM sqlite_schema").execute(&mut other).await.unwrap();
    fs::remove_file(log.0.path().join("audit.db-wal")).unwrap();
    unrecorded(&writer, "audit.db-wal was removed or replaced while it was open help: ").await;
    bought_in_the_end(&writer).await;
    other.close().await.unwrap();
    writer.close().await.unwrap();
    let records = log.records();
    let allows = records.iter().filter(|record| record.verdict.as_deref() == Some("allow"));
    assert_eq!(allows.count(), 2);
}

/// Another program is in the middle of a transaction, and stays there.
#[tokio::test]
async fn a_database_that_is_held_denies_at_the_deadline_and_not_for_ever() {
    let log = Log::new();
    let options = SqliteOptions::default().patience(Duration::from_millis(800));
    let writer = Writer::open(options.open(log.path()).unwrap()).unwrap();
    bought(&writer).await;
    log.has(2).await;
    let mut other = log.other().await;
    raw_sql("BEGIN IMMEDIATE").execute(&mut other).await.unwrap();
    let began = Instant::now();
    // Longer than what the store waits: the thread must come back to the next one.
    unrecorded(&writer, "").await;
    unrecorded(&writer, "").await;
    unrecorded(&writer, "").await;
    assert!(began.elapsed() < Duration::from_secs(20), "{:?}", began.elapsed());
    raw_sql("COMMIT").execute(&mut other).await.unwrap();
    other.close().await.unwrap();
    bought_in_the_end(&writer).await;
    writer.close().await.unwrap();
    // What was lost meanwhile is on record.
    let records = log.records();
    assert!(records.iter().filter(|record| record.record == Kind::Decision).count() >= 2);
}

/// The files may grow no further: as on a disk that is full, and without having to fill one.
#[test]
fn a_disk_without_room_denies_and_leaves_a_whole_log() {
    let log = Log::new();
    log.store();
    let script = "trap '' XFSZ; ulimit -f 400; exec \"$0\" \"$@\"";
    let shop = Command::new("sh").args(["-c", script, SHOP]).arg(log.path()).output().unwrap();
    assert!(shop.status.success(), "{shop:?}");
    let said = Said::read(&String::from_utf8(shop.stdout).unwrap());
    assert!(!said.ran.is_empty() && said.unrecorded.len() >= 160, "{said:?}");
    // A denial of its own is one with and without a record.
    Said { denied: HashSet::new(), ..said }.is_on_record(&log.records());
    // And with room again it goes on.
    let end = SqliteStore::open(log.path()).and_then(Writer::open).unwrap();
    drop(end);
}

/// As a user who may not write there, also where the tests are root's.
#[test]
fn a_directory_or_a_file_that_is_read_only_is_refused() {
    let log = Log::new();
    log.store();
    let is_root = fs::metadata(log.path()).unwrap().permissions().mode() & 0o777 == 0o600
        && Command::new("id").arg("-u").output().unwrap().stdout == b"0\n";
    let shop = |what: &str| {
        let mut shop = Command::new(SHOP);
        if is_root {
            shop.uid(65_534).gid(65_534);
        }
        let ended = shop.arg(log.path()).output().unwrap();
        let why = String::from_utf8(ended.stderr).unwrap();
        assert!(!ended.status.success() && ended.stdout.is_empty(), "{what}: {why}");
        why
    };
    for entry in fs::read_dir(log.0.path()).unwrap().map(Result::unwrap) {
        if is_root {
            chown(entry.path(), Some(65_534), Some(65_534)).unwrap();
        }
    }
    fs::set_permissions(log.path(), Permissions::from_mode(0o400)).unwrap();
    if is_root {
        chown(log.0.path(), Some(65_534), Some(65_534)).unwrap();
    }
    let why = shop("a file");
    assert!(why.contains("audit.db: ") && why.contains("readonly database"), "{why}");
    fs::remove_file(log.path()).unwrap();
    fs::remove_file(log.0.path().join(format!("audit.db.{LOG}.lock"))).unwrap();
    fs::set_permissions(log.0.path(), Permissions::from_mode(0o500)).unwrap();
    let why = shop("a directory");
    fs::set_permissions(log.0.path(), Permissions::from_mode(0o700)).unwrap();
    assert!(why.contains("cannot open") && why.contains("ermission denied"), "{why}");
}
