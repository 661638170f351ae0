//! Records, in and out.

use failclosed::audit::{FileStore, GENESIS, Kind, Line, Store, Writer, verify};
use failclosed_sqlite::{LOG, SqliteOptions, SqliteReader};
use failclosed_tests_databases::{Scratch, bought, buy, guard, lines, policies, unrecorded, whole};
use sqlx::query_as;

use crate::common::Log;

/// What is read is, to the byte, what a log in files has.
#[tokio::test]
async fn a_record_is_the_line_that_a_file_would_have() {
    let (log, scratch) = (Log::sold(3).await, Scratch::new());
    let lines = log.store().read(0, 100).unwrap();
    let mut files = FileStore::open(scratch.path().join("files")).unwrap();
    files.end().unwrap();
    files.append(&lines).unwrap();
    drop(files);
    let found = verify(scratch.path().join("files")).unwrap().unwrap();
    assert_eq!((found.records, found.hash.as_str()), (7, lines[6].hash()));
    let texts: Vec<_> = log.rows(LOG).into_iter().map(|row| row.text).collect();
    assert_eq!(texts, lines.iter().map(Line::text).collect::<Vec<_>>());
}

#[tokio::test]
async fn the_chain_goes_on_over_restarts_and_any_page() {
    let log = Log::new();
    for round in 1..=3 {
        let writer = log.writer();
        for _ in 0..40 {
            bought(&writer).await;
        }
        writer.close().await.unwrap();
        assert_eq!(log.records().len(), round * 80);
    }
    let mut store = log.store();
    assert_eq!(store.end().unwrap().next, 240);
    let some = store.read(100, 7).unwrap();
    assert_eq!(some.iter().map(Line::seq).collect::<Vec<_>>(), (100..107).collect::<Vec<_>>());
    assert!(store.read(240, 7).unwrap().is_empty());
    assert!(store.read(u64::MAX, 7).is_err());
}

/// A program opens its log where a runtime is, and where none is; and drops it there.
#[test]
fn no_runtime_is_needed() {
    let log = Log::new();
    let mut store = log.store();
    assert_eq!(store.end().unwrap().hash, GENESIS);
    store.append(&lines(0, GENESIS, &[r#""record":"lost","at_ms":1,"outcomes":2"#])).unwrap();
    store.close().unwrap();
    assert_eq!(log.records()[0].outcomes, Some(2));
}

/// What people search by is what the record says, whatever it says.
#[tokio::test]
async fn columns_find_what_the_record_says() {
    let log = Log::new();
    let writer = log.writer();
    let guard = guard(&writer);
    let note = "x\n{\"v\":1}\r\u{1b}[2J\",\"hash\":\"\u{0}\u{202e} caf\u{e9}';--";
    assert_eq!(buy(&guard, note, 1).await.1, 1);
    assert_eq!(buy(&guard, note, 9).await.1, 0);
    writer.close().await.unwrap();
    let records = log.records();
    let question = records[0].question.as_ref().unwrap();
    let value: serde_json::Value = serde_json::from_str(question.get()).unwrap();
    assert_eq!(value["arguments"]["note"], note);
    let found: Vec<(i64, String, String, String, Option<String>)> =
        query_as("SELECT seq, kind, agent, action, cause FROM records WHERE verdict = 'deny'")
            .fetch_all(&mut log.other().await)
            .await
            .unwrap();
    let text = str::to_owned;
    let denied = Some(text("denied"));
    assert_eq!(found, [(2, text("decision"), text("shopper"), text("purchase"), denied)]);
}

/// A name with a zero in it, a rule of 4 KiB, a clock that goes back or is nonsense: on record as they are.
#[tokio::test]
async fn odd_members_are_kept() {
    let log = Log::new();
    let mut store = log.store();
    store.end().unwrap();
    let rule = "r".repeat(4_096);
    let odd = format!(
        r#""record":"decision","at_ms":{},"call":"c","agent":"a\u0000b","action":"x","verdict":"deny","cause":"denied","rule":"{rule}""#,
        u64::MAX
    );
    let earlier = r#""record":"outcome","at_ms":0,"call":"c","outcome":"completed""#;
    store.append(&lines(0, GENESIS, &[&odd, earlier])).unwrap();
    store.close().unwrap();
    let (rows, records) = (log.rows(LOG), log.records());
    assert_eq!((records[0].at_ms, rows[0].at_ms), (u64::MAX, i64::MAX));
    assert_eq!(records[0].agent.as_deref(), Some("a\u{0}b"));
    assert_eq!(rows[0].members[1].as_deref(), Some("a\\u0000b"));
    assert_eq!(rows[0].members[6].as_deref(), Some(rule.as_str()));
    assert_eq!((records[1].at_ms, records[1].record), (0, Kind::Outcome));
}

#[tokio::test]
async fn a_file_has_a_chain_for_each_name() {
    let log = Log::new();
    let (one, other) =
        (SqliteOptions::default().log("shop-1"), SqliteOptions::default().log("b_2"));
    let one = Writer::open(one.open(log.path()).unwrap()).unwrap();
    let other = Writer::open(other.open(log.path()).unwrap()).unwrap();
    for _ in 0..5 {
        tokio::join!(bought(&one), bought(&other));
    }
    one.close().await.unwrap();
    other.close().await.unwrap();
    assert_eq!(SqliteReader::open(log.path()).unwrap().logs().unwrap(), ["b_2", "shop-1"]);
    for name in ["shop-1", "b_2"] {
        assert_eq!(whole(&log.rows(name)).unwrap().len(), 10);
    }
    for name in ["", "../b", "a b", "\u{e9}", &"x".repeat(65)] {
        let refused = SqliteOptions::default().log(name).open(log.path()).unwrap_err().to_string();
        assert!(refused.contains("is no name for a log\nhelp: "), "{refused}");
    }
}

/// As long as records name it, and longer.
#[tokio::test]
async fn the_policies_that_records_name_are_kept() {
    let log = Log::sold(2).await;
    let kept = policies();
    let records = log.records();
    let decisions = records.iter().filter(|record| record.record == Kind::Decision);
    assert!(decisions.clone().count() > 2);
    assert!(decisions.into_iter().all(|record| record.policies == [kept.digest()]));
    let mut reader = SqliteReader::open(log.path()).unwrap();
    assert_eq!(reader.policies(kept.digest()).unwrap(), Some(kept.clone()));
    assert_eq!(reader.policies(&"0".repeat(64)).unwrap(), None);
    for change in ["UPDATE policies SET text = 'everything'", "DELETE FROM policies"] {
        assert!(log.run(change).await.is_err(), "{change}");
    }
    // Whoever may do everything changes them all the same, and is found out.
    log.run("DROP TRIGGER policies_are_not_changed; UPDATE policies SET text = 'everything'")
        .await
        .unwrap();
    assert!(reader.policies(kept.digest()).is_err());
    unrecorded(&log.writer(), "were changed").await;
}
