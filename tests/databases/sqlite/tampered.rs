//! What others do to the records.

use failclosed::audit::{GENESIS, Line};
use failclosed::audit::{Store as _, Writer};
use failclosed_sqlite::{LOG, SqliteStore};
use failclosed_tests_databases::{bought, unrecorded, whole};

use crate::common::Log;

/// Also by the ways around: a replacement removes without a word.
#[tokio::test]
async fn records_are_only_ever_added() {
    let log = Log::sold(2).await;
    let before = log.rows(LOG);
    for (sql, why) in [
        ("UPDATE records SET verdict = 'allow' WHERE seq = 4", "are not changed"),
        ("UPDATE records SET seq = seq + 10", "are not changed"),
        ("DELETE FROM records WHERE seq = 4", "are not removed"),
        ("DELETE FROM records", "are not removed"),
        (
            "INSERT OR REPLACE INTO records SELECT log, seq, hash, kind, at_ms, call, agent, person, \
             action, 'allow', cause, rule, outcome, text FROM records WHERE seq = 4",
            "not the next record",
        ),
        (
            "INSERT INTO records SELECT log, seq, hash, kind, at_ms, call, agent, person, action, \
             verdict, cause, rule, outcome, text FROM records WHERE seq = 4 \
             ON CONFLICT DO UPDATE SET verdict = 'allow'",
            "not the next record",
        ),
        (
            "INSERT INTO records SELECT log, 6, hash, kind, at_ms, call, agent, person, action, \
             verdict, cause, rule, outcome, text FROM records WHERE seq = 4",
            "not the next record",
        ),
    ] {
        let refused = log.run(sql).await.unwrap_err();
        assert!(refused.contains(why), "{sql}: {refused}");
    }
    assert_eq!(log.rows(LOG), before);
}

/// By somebody who may do everything.
#[tokio::test]
async fn what_was_done_behind_its_back_is_found_and_located() {
    for (sql, seq, why) in [
        ("UPDATE records SET text = replace(text, 'a car', 'a cat') WHERE seq = 4", 4, "its hash"),
        ("UPDATE records SET verdict = 'allow' WHERE seq = 4", 4, "`verdict`"),
        ("UPDATE records SET agent = NULL WHERE seq = 0", 0, "`agent`"),
        ("UPDATE records SET outcome = 'failed' WHERE seq = 1", 1, "`outcome`"),
        ("UPDATE records SET at_ms = at_ms + 1 WHERE seq = 3", 3, "`at_ms`"),
        ("UPDATE records SET kind = 'outcome' WHERE seq = 2", 2, "`kind`"),
        ("UPDATE records SET hash = upper(hash) WHERE seq = 2", 2, "`hash`"),
        ("DELETE FROM records WHERE seq = 0", 0, "does not follow"),
        ("DELETE FROM records WHERE seq = 2", 2, "does not follow"),
        (
            "DELETE FROM records WHERE seq = 2; UPDATE records SET seq = seq - 1 WHERE seq > 2",
            2,
            "does not follow",
        ),
        (
            "UPDATE records SET seq = 99 WHERE seq = 2; UPDATE records SET seq = 2 WHERE seq = 3; \
             UPDATE records SET seq = 3 WHERE seq = 99",
            2,
            "does not follow",
        ),
        (
            "INSERT INTO records SELECT log, 5, hash, kind, at_ms, call, agent, person, action, \
             verdict, cause, rule, outcome, text FROM records WHERE seq = 4",
            5,
            "does not follow",
        ),
    ] {
        let log = Log::sold(2).await;
        log.run_behind_its_back(sql).await;
        let (at, fault) = whole(&log.rows(LOG)).unwrap_err();
        assert!(at == seq && fault.contains(why), "{sql}: {at} {fault}");
        // Nor is anything chained to it, where the damage is near the end.
        let opened = SqliteStore::open(log.path()).and_then(Writer::open);
        if let Err(refused) = opened.map(drop) {
            assert!(refused.to_string().contains("damaged at record"), "{sql}: {refused}");
        } else {
            assert!(sql.starts_with("DELETE FROM records WHERE seq = 0"), "{sql}");
        }
    }
    // Records that are missing at the end are missing only to who knows the last hash.
    let log = Log::sold(2).await;
    let hash = log.rows(LOG).pop().unwrap().hash;
    log.run_behind_its_back("DELETE FROM records WHERE seq = 4").await;
    assert_ne!(whole(&log.rows(LOG)).unwrap().pop().unwrap().hash, hash);
}

/// Somebody else wrote the next record, without the lock. It is not written over, and not taken for ours.
#[tokio::test]
async fn a_record_of_another_is_followed_or_refused_and_never_overwritten() {
    let log = Log::new();
    let writer = log.writer();
    bought(&writer).await;
    log.has(2).await;
    let last = log.rows(LOG).pop().unwrap();
    log.run(
        "INSERT INTO records SELECT log, 2, 'x', 'lost', 1, NULL, NULL, NULL, NULL, NULL, NULL, \
         NULL, NULL, 'no record' FROM records WHERE seq = 1",
    )
    .await
    .unwrap();
    unrecorded(&writer, "it was written to by another help: ").await;
    // It is none, so nothing follows it, however often it is tried.
    for _ in 0..3 {
        unrecorded(&writer, "record 2 of the audit log: not a record").await;
    }
    log.run_behind_its_back("DELETE FROM records WHERE seq = 2").await;
    bought(&writer).await;
    assert!(log.records().len() > 2 && log.rows(LOG)[1] == last);
    drop(writer.close().await);
}

#[tokio::test]
async fn a_log_that_lost_what_it_had_denies_until_it_is_back() {
    let log = Log::new();
    let writer = log.writer();
    bought(&writer).await;
    log.has(2).await;
    log.run("CREATE TABLE kept AS SELECT * FROM records WHERE seq = 1").await.unwrap();
    log.run_behind_its_back("DELETE FROM records WHERE seq = 1").await;
    unrecorded(&writer, "it was written to by another").await;
    for _ in 0..3 {
        unrecorded(&writer, "record 1 of the audit log is gone").await;
    }
    assert_eq!(log.rows(LOG).len(), 1);
    log.run("INSERT INTO records SELECT * FROM kept").await.unwrap();
    bought(&writer).await;
    writer.close().await.unwrap();
    assert!(log.records().len() >= 3);
}

/// The store itself takes nothing that is not the next of its log.
#[tokio::test]
async fn lines_of_another_place_are_not_taken() {
    let log = Log::sold(1).await;
    let mut store = log.store();
    let end = store.end().unwrap();
    let lost = r#""record":"lost","at_ms":1,"outcomes":2"#;
    let lines = |next: u64, prev: &str| -> Vec<Line> {
        failclosed_tests_databases::lines(next, prev, &[lost])
    };
    for wrong in [lines(end.next + 1, &end.hash), lines(end.next, GENESIS), lines(0, GENESIS)] {
        let refused = store.append(&wrong).unwrap_err().to_string();
        assert!(refused.contains("does not follow"), "{refused}");
    }
    store.append(&lines(end.next, &end.hash)).unwrap();
    store.close().unwrap();
    assert_eq!(log.records().len() as u64, end.next + 1);
}
