//! One log in several stores: it goes on with one of them, and each is whole in the end.

use std::time::{Duration, Instant};

use failclosed::{
    Cause,
    audit::{AnyOf, FileOptions, Kind, Members, Writer, any_of},
    danger,
};
use failclosed_tests::Events;
use tokio::runtime::Builder;

use self::faulty::{Faulty, How};
use crate::common::{Scratch, buy, guard, guard_with, text};

mod faulty;
mod opened;
mod policies;

/// Longer than anything here takes that does not hang.
const LONG: Duration = Duration::from_secs(60);

fn pair() -> (Faulty, Faulty) {
    (Faulty::default(), Faulty::default())
}

fn open(log: AnyOf) -> (Writer, Members) {
    let members = log.members();
    (Writer::open(log).unwrap(), members)
}

async fn allowed(writer: &Writer, calls: u64) {
    // Filling the others has the disk to itself for longer than others' calls wait.
    let guard = guard_with(writer, LONG);
    for _ in 0..calls {
        let (result, ran) = buy(&guard, "lunch", 1).await;
        assert_eq!((result.unwrap(), ran), (1, 1));
    }
}

async fn denied(writer: &Writer, why: &str) {
    let (result, ran) = buy(&guard(writer), "lunch", 1).await;
    let denial = result.unwrap_err();
    assert_eq!((denial.cause(), ran), (Cause::Unrecorded, 0));
    assert!(denial.detail().unwrap().contains(why), "{denial:?}");
}

async fn until(is_so: impl Fn() -> bool) {
    let began = Instant::now();
    while !is_so() {
        assert!(began.elapsed() < LONG);
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

fn behind(members: &Members) -> Vec<u64> {
    members.state().iter().map(|member| member.behind).collect()
}

/// What the files of a log say.
fn written(scratch: &Scratch) -> String {
    scratch.whole();
    scratch.segments().into_iter().map(|path| text(path).unwrap()).collect()
}

#[test]
fn one_that_fails_denies_nothing_and_is_filled_when_it_is_back() {
    let ((), events) = Events::during(|| {
        let runtime = Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let (scratch, second) = (Scratch::new(), Faulty::default());
            let (writer, members) = open(any_of(scratch.store(), second.clone()));
            allowed(&writer, 1).await;
            until(|| second.records().len() == 2).await;
            second.set(How::Fails);
            allowed(&writer, 20).await;
            until(|| behind(&members) == [0, 40]).await;
            let state = &members.state()[1];
            assert_eq!((state.number, state.is_out), (2, false));
            assert!(state.fault.as_ref().unwrap().contains("no space left"), "{state:?}");
            // It is tried again now and then, and not told again.
            tokio::time::sleep(Duration::from_millis(2_200)).await;
            second.set(How::Works);
            // Also where no record comes.
            until(|| behind(&members) == [0, 0]).await;
            assert_eq!(members.state()[1].fault, None);
            writer.close().await.unwrap();
            assert_eq!(written(&scratch), second.text());
            assert_eq!(second.records().len(), 42);
        });
    });
    let told = |what: &str| {
        let lines: Vec<_> = events.iter().filter(|line| line.contains(what)).collect();
        assert_eq!(lines.len(), 1, "{events:#?}");
        lines[0].clone()
    };
    let fails = told("a store of the audit log fails");
    assert!(fails.starts_with("WARN") && fails.contains("store=2"), "{fails}");
    let filled = told("is whole again");
    assert!(filled.starts_with("INFO") && filled.contains("records=40"), "{filled}");
}

#[tokio::test]
async fn where_all_fail_calls_are_denied_until_one_works_again() {
    let (first, second) = pair();
    let (writer, _) = open(any_of(first.clone(), second.clone()));
    first.set(How::Fails);
    second.set(How::Fails);
    denied(&writer, "store 2: no space left on device").await;
    denied(&writer, "store 1: no space left on device").await;
    assert_eq!((first.text(), second.text()), Default::default());
    second.set(How::Works);
    allowed(&writer, 1).await;
    first.set(How::Works);
    writer.close().await.unwrap();
    // Each said that it does not have what was denied, so it is in none.
    assert_eq!(first.records().len(), 2);
    assert_eq!(first.text(), second.text());
}

#[tokio::test]
async fn nobody_waits_for_one_that_hangs() {
    let (first, second) = pair();
    let (writer, members) = open(any_of(first.clone(), second.clone()));
    first.set(How::Hangs);
    let began = Instant::now();
    allowed(&writer, 20).await;
    assert!(began.elapsed() < Duration::from_secs(5), "it was waited for");
    until(|| second.records().len() == 40).await;
    assert_eq!(behind(&members), [40, 0]);
    assert!(first.text().is_empty());
    first.set(How::Works);
    writer.close().await.unwrap();
    assert_eq!(first.text(), second.text());
    assert_eq!(second.records().len(), 40);
}

/// More than is held in memory: it is read from the other one, a bounded number at a time.
#[tokio::test]
async fn a_long_gap_is_read_from_the_other_in_batches() {
    let (first, second) = pair();
    let (writer, members) = open(any_of(first.clone(), second.clone()));
    allowed(&writer, 1).await;
    until(|| first.records().len() == 2 && second.records().len() == 2).await;
    first.set(How::Fails);
    allowed(&writer, 3_500).await;
    until(|| second.records().len() == 7_002).await;
    assert_eq!(behind(&members), [7_000, 0]);
    // What it is to be given first was read once at most, however often it failed.
    assert!(second.reads().0 <= 1, "{} reads", second.reads().0);
    first.set(How::Works);
    // While it is filled, calls go on.
    allowed(&writer, 20).await;
    writer.close().await.unwrap();
    assert_eq!(first.text(), second.text());
    assert_eq!(first.records().len(), 7_042);
    let (reads, most) = second.reads();
    assert!(reads >= 3 && most <= 1_000, "{reads} reads of {most}");
}

/// One failed, the other may have it: another record in its place would make two logs of one.
#[tokio::test]
async fn what_one_may_have_is_followed_by_all() {
    let (first, second) = pair();
    let log = any_of(first.clone(), second.clone()).patience(Duration::from_millis(50));
    let (writer, _) = open(log);
    first.set(How::Fails);
    second.set(How::Hangs);
    denied(&writer, "store 2: it does not answer").await;
    first.set(How::Works);
    allowed(&writer, 1).await;
    second.set(How::Works);
    writer.close().await.unwrap();
    assert_eq!(first.text(), second.text());
    let records = first.records();
    let verdicts: Vec<_> = records.iter().filter_map(|record| record.verdict.as_deref()).collect();
    assert_eq!((verdicts[0], verdicts.last()), ("allow", Some(&"allow")));
    assert_eq!(records.iter().filter(|record| record.record == Kind::Outcome).count(), 1);
}

#[tokio::test]
async fn what_one_has_unheard_is_followed_by_all() {
    let (first, second) = pair();
    let (writer, _) = open(any_of(first.clone(), second.clone()));
    first.set(How::Fails);
    second.set(How::Unheard);
    denied(&writer, "the connection was lost").await;
    first.set(How::Works);
    second.set(How::Works);
    allowed(&writer, 1).await;
    writer.close().await.unwrap();
    assert_eq!(first.text(), second.text());
    assert!(first.records().len() >= 3);
}

/// The log is not continued without records that counted, where nobody has them any more.
#[tokio::test]
async fn what_counted_and_is_gone_is_not_written_over() {
    let (first, second) = pair();
    let (writer, members) = open(any_of(first.clone(), second.clone()));
    first.set(How::Fails);
    allowed(&writer, 3_500).await;
    until(|| second.records().len() == 7_000).await;
    second.set(How::Panics);
    denied(&writer, "boom in the store").await;
    first.set(How::Works);
    // What was read for it before, it may have; of the rest the last is in memory, and the middle is gone.
    denied(&writer, "no store gives record").await;
    assert!(members.state()[1].is_out);
    assert!(first.records().len() <= 1_000);
    let why = writer.close().await.unwrap_err().to_string();
    assert!(why.contains("store 1 lacks"), "{why}");
    assert!(first.records().len() <= 1_000);
}

#[tokio::test]
async fn one_that_lost_what_it_had_takes_nothing_more() {
    let (first, second) = pair();
    let (writer, members) = open(any_of(first.clone(), second.clone()));
    allowed(&writer, 2).await;
    until(|| first.records().len() == 4 && second.records().len() == 4).await;
    first.set(How::Forgets);
    allowed(&writer, 1).await;
    until(|| members.state()[0].is_out).await;
    first.set(How::Works);
    allowed(&writer, 1).await;
    let why = writer.close().await.unwrap_err().to_string();
    assert!(why.contains("store 1 lacks") && why.contains("help: "), "{why}");
    assert_eq!((first.records().len(), second.records().len()), (3, 8));
}

#[tokio::test]
async fn one_that_panics_leaves_the_log_to_the_others() {
    let (first, second) = pair();
    let (writer, members) = open(any_of(first.clone(), second.clone()));
    first.set(How::Panics);
    allowed(&writer, 3).await;
    until(|| members.state()[0].is_out).await;
    let why = writer.close().await.unwrap_err().to_string();
    assert!(why.contains("boom in the store"), "{why}");
    assert_eq!(second.records().len(), 6);
}

#[tokio::test]
async fn closing_does_not_wait_for_ever_and_says_what_is_missing() {
    let (first, second) = pair();
    let log = any_of(first.clone(), second.clone()).and(Faulty::default());
    let (writer, _) = open(log.patience(Duration::from_millis(100)));
    first.set(How::Fails);
    second.set(How::Hangs);
    allowed(&writer, 1).await;
    let closed = tokio::time::timeout(LONG, writer.close()).await.unwrap();
    let why = closed.unwrap_err().to_string();
    for part in
        ["store 1 lacks 2 records: no space left", "store 2 lacks 2", "store 2 was not closed"]
    {
        assert!(why.contains(part), "{why}");
    }
    second.set(How::Works);
}

/// It may be the only one that has them.
#[tokio::test]
async fn records_say_that_one_store_is_not_synced() {
    let (scratch, second) = (Scratch::new(), Faulty::default());
    let options = danger::unsynced(FileOptions::default(), "a test").unwrap();
    let (writer, _) = open(any_of(second.clone(), options.open(scratch.path()).unwrap()));
    allowed(&writer, 1).await;
    writer.close().await.unwrap();
    let said = second.records()[0].unsynced.clone();
    assert_eq!(said.as_deref(), Some("store 2: a test"));
}
