//! What others do to the records.

use failclosed::audit::{GENESIS, Store as _, Writer};
use failclosed_postgres::{LOG, PostgresStore};
use failclosed_tests_databases::{bought, lines, unrecorded, whole};

use crate::common::Log;

#[tokio::test]
async fn records_are_only_ever_added() {
    let log = Log::sold(2).await;
    let before = log.rows(LOG);
    for sql in [
        "UPDATE failclosed.records SET verdict = 'allow' WHERE seq = 4",
        "DELETE FROM failclosed.records WHERE seq = 4",
        "DELETE FROM failclosed.records WHERE false",
        "TRUNCATE failclosed.records",
        "SET session_replication_role = replica; DELETE FROM failclosed.records",
        "SET session_replication_role = replica; TRUNCATE failclosed.records",
        "INSERT INTO failclosed.records SELECT * FROM failclosed.records \
         ON CONFLICT (log, seq) DO UPDATE SET verdict = 'allow'",
        "MERGE INTO failclosed.records USING (SELECT 4 AS at) AS x ON seq = at \
         WHEN MATCHED THEN DELETE",
    ] {
        let refused = log.run(sql).await.unwrap_err();
        assert!(refused.contains("are not changed and not removed"), "{sql}: {refused}");
    }
    let again = "INSERT INTO failclosed.records SELECT * FROM failclosed.records";
    assert!(log.run(again).await.unwrap_err().contains("duplicate key"));
    assert_eq!(log.rows(LOG), before);
}

/// By somebody who may do everything.
#[tokio::test]
async fn what_was_done_behind_its_back_is_found_and_located() {
    let log = Log::sold(2).await;
    log.run("CREATE TABLE kept AS SELECT * FROM failclosed.records").await.unwrap();
    let back = "TRUNCATE failclosed.records; INSERT INTO failclosed.records SELECT * FROM kept";
    for (what, seq, why) in [
        ("UPDATE * SET text = replace(text, 'a car', 'a cat') WHERE seq = 4", 4, "its hash"),
        ("UPDATE * SET verdict = 'allow' WHERE seq = 4", 4, "`verdict`"),
        ("UPDATE * SET agent = NULL WHERE seq = 0", 0, "`agent`"),
        ("UPDATE * SET at_ms = at_ms + 1 WHERE seq = 3", 3, "`at_ms`"),
        ("DELETE FROM * WHERE seq = 0", 0, "does not follow"),
        ("DELETE FROM * WHERE seq = 2", 2, "does not follow"),
        ("DELETE FROM * WHERE seq = 2; UPDATE * SET seq = seq - 1 WHERE seq > 2", 2, "not follow"),
        (
            "UPDATE * SET seq = 99 WHERE seq = 2; UPDATE * SET seq = 2 WHERE seq = 3; \
             UPDATE * SET seq = 3 WHERE seq = 99",
            2,
            "does not follow",
        ),
        (
            "INSERT INTO * SELECT log, 5, hash, kind, at_ms, call, agent, person, action, verdict, \
             cause, rule, outcome, text FROM * WHERE seq = 4",
            5,
            "does not follow",
        ),
    ] {
        log.run_behind_its_back(back).await;
        log.run_behind_its_back(&what.replace('*', "failclosed.records")).await;
        let (at, fault) = whole(&log.rows(LOG)).unwrap_err();
        assert!(at == seq && fault.contains(why), "{what}: {at} {fault}");
        let opened = PostgresStore::connect(&log.url()).and_then(Writer::open);
        match opened.map(drop) {
            Err(refused) => assert!(refused.to_string().contains("damaged at record"), "{refused}"),
            // What the first record that is left follows is not looked for.
            Ok(()) => assert!(what.ends_with("seq = 0") && what.starts_with("DELETE"), "{what}"),
        }
    }
    log.run_behind_its_back(back).await;
    let hash = log.rows(LOG).pop().unwrap().hash;
    log.run_behind_its_back("DELETE FROM failclosed.records WHERE seq = 4").await;
    assert_ne!(whole(&log.rows(LOG)).unwrap().pop().unwrap().hash, hash);
}

/// Somebody else wrote the next record, without the lock. It is not written over, and not taken for ours.
#[tokio::test]
async fn a_record_of_another_is_never_overwritten() {
    let log = Log::new().await;
    let writer = log.writer();
    bought(&writer).await;
    log.has(2).await;
    log.run(
        "INSERT INTO failclosed.records (log, seq, hash, kind, at_ms, text) \
         VALUES ('main', 2, 'x', 'lost', 1, 'no record')",
    )
    .await
    .unwrap();
    unrecorded(&writer, "it was written to by another help: ").await;
    for _ in 0..3 {
        unrecorded(&writer, "record 2 of the audit log: not a record").await;
    }
    log.run_behind_its_back("DELETE FROM failclosed.records WHERE seq = 2").await;
    bought(&writer).await;
    log.run("CREATE TABLE kept AS SELECT * FROM failclosed.records WHERE seq = 2").await.unwrap();
    log.has(4).await;
    log.run_behind_its_back("DELETE FROM failclosed.records WHERE seq >= 2").await;
    // A server that lost what it had said was durable, such as a standby that was behind.
    unrecorded(&writer, "it was written to by another").await;
    for _ in 0..3 {
        unrecorded(&writer, "of the audit log is gone help: ").await;
    }
    assert_eq!(log.rows(LOG).len(), 2);
    drop(writer.close().await);
}

/// The store itself takes nothing that is not the next of its log.
#[tokio::test]
async fn lines_of_another_place_are_not_taken() {
    let log = Log::sold(1).await;
    let mut store = log.store();
    let end = store.end().unwrap();
    let lost = r#""record":"lost","at_ms":1,"outcomes":2"#;
    for (next, prev) in [(end.next + 1, end.hash.as_str()), (end.next, GENESIS), (0, GENESIS)] {
        let refused = store.append(&lines(next, prev, &[lost])).unwrap_err().to_string();
        assert!(refused.contains("does not follow"), "{refused}");
    }
    store.append(&lines(end.next, &end.hash, &[lost])).unwrap();
    store.close().unwrap();
    assert_eq!(log.records().len() as u64, end.next + 1);
}
