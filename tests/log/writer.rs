//! One writer before any store: what a slow, full, failing or ended one means for a call.

use std::{
    sync::{
        Arc, Condvar, Mutex,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use failclosed::{
    Cause, Decision, Denial, Guard, NoDecision, Request, Subject,
    approval::Approver,
    audit::{End, GENESIS, Kind, Line, Record, Store, StoreError, Writer, WriterOptions},
    authority::Answer,
    authority_fn,
    decision::Ask,
    requires_permission,
};

use crate::common::{Scratch, buy, guard};

/// A store in memory that fails, hangs or panics on command.
#[derive(Clone, Default)]
struct Faulty(Arc<Inner>);

#[derive(Default)]
struct Inner {
    lines: Mutex<Vec<Line>>,
    appends: AtomicU64,
    how: Mutex<How>,
    changed: Condvar,
}

#[derive(Clone, Copy, Default, PartialEq, Eq)]
enum How {
    #[default]
    Works,
    Fails,
    Hangs,
    Panics,
    /// Takes the records and fails all the same: the answer of a server was lost.
    Unheard,
    /// Lost records that it had taken.
    Forgets,
}

impl Faulty {
    fn set(&self, how: How) {
        *self.0.how.lock().unwrap() = how;
        self.0.changed.notify_all();
    }

    fn records(&self) -> Vec<Record> {
        let lines = self.0.lines.lock().unwrap();
        lines.iter().map(|line| Record::read(line.text().as_bytes()).unwrap()).collect()
    }
}

impl Store for Faulty {
    fn end(&mut self) -> Result<End, StoreError> {
        Ok(End { next: 0, hash: GENESIS.into(), repaired: None })
    }

    fn append(&mut self, lines: &[Line]) -> Result<(), StoreError> {
        self.0.appends.fetch_add(1, Ordering::SeqCst);
        let mut how = self.0.how.lock().unwrap();
        while *how == How::Hangs {
            how = self.0.changed.wait(how).unwrap();
        }
        let now = *how;
        drop(how);
        match now {
            How::Fails => return Err(StoreError::new("no space left on device")),
            How::Panics => panic!("boom in the store"),
            How::Works | How::Hangs | How::Unheard | How::Forgets => {}
        }
        let mut log = self.0.lines.lock().unwrap();
        if now == How::Forgets {
            log.pop();
        } else {
            log.extend_from_slice(lines);
        }
        if now == How::Works || now == How::Hangs {
            return Ok(());
        }
        Err(StoreError::new("the connection was lost"))
    }

    fn resume(&mut self) -> Result<Option<End>, StoreError> {
        if *self.0.how.lock().unwrap() == How::Fails {
            return Ok(None);
        }
        let lines = self.0.lines.lock().unwrap();
        let hash = lines.last().map_or(GENESIS, Line::hash).to_owned();
        Ok(Some(End { next: lines.len() as u64, hash, repaired: None }))
    }

    fn read(&mut self, from: u64, limit: usize) -> Result<Vec<Line>, StoreError> {
        let lines = self.0.lines.lock().unwrap();
        Ok(lines.iter().filter(|line| line.seq() >= from).take(limit).cloned().collect())
    }

    fn close(&mut self) -> Result<(), StoreError> {
        Ok(())
    }
}

#[requires_permission(action = "purchase", skip(store))]
async fn break_the_store(store: &Faulty) -> Result<(), Denial> {
    store.set(How::Fails);
    Ok(())
}

async fn denied(writer: &Writer, why: &str) {
    let (result, ran) = buy(&guard(writer), "lunch", 1).await;
    let denial = result.unwrap_err();
    assert_eq!((denial.cause(), ran), (Cause::Unrecorded, 0));
    assert!(denial.detail().unwrap().contains(why), "{denial:?}");
}

#[tokio::test]
async fn a_store_that_fails_denies_until_it_works_again() {
    let store = Faulty::default();
    let writer = Writer::open(store.clone()).unwrap();
    store.set(How::Fails);
    denied(&writer, "no space left on device").await;
    assert!(store.records().is_empty());
    store.set(How::Works);
    assert_eq!(buy(&guard(&writer), "lunch", 1).await.1, 1);
    writer.close().await.unwrap();
    let records = store.records();
    assert_eq!(records.len(), 2);
    assert!(records[0].follows(0, GENESIS) && records[1].follows(1, &records[0].hash));
}

/// Then it is followed, and not written over; and the denial of the same call says that no body ran.
#[tokio::test]
async fn what_is_durable_though_its_append_failed_is_followed() {
    let store = Faulty::default();
    let writer = Writer::open(store.clone()).unwrap();
    store.set(How::Unheard);
    denied(&writer, "the connection was lost").await;
    denied(&writer, "the connection was lost").await;
    store.set(How::Works);
    assert_eq!(buy(&guard(&writer), "lunch", 1).await.1, 1);
    writer.close().await.unwrap();
    let records = store.records();
    let mut chain = failclosed::audit::Chain::default();
    for line in store.0.lines.lock().unwrap().iter() {
        chain.take(line.text().as_bytes()).unwrap();
    }
    let verdicts: Vec<_> = records.iter().filter_map(|record| record.verdict.as_deref()).collect();
    assert_eq!(verdicts, ["allow", "deny", "allow", "deny", "allow"]);
    for pair in records[..4].chunks(2) {
        assert_eq!((&pair[0].call, pair[1].cause.as_deref()), (&pair[1].call, Some("unrecorded")));
    }
}

#[requires_permission(action = "purchase", skip(store))]
async fn go_unheard(store: &Faulty) -> Result<(), Denial> {
    store.set(How::Unheard);
    Ok(())
}

/// An outcome that is durable after all is not told to be lost.
#[tokio::test]
async fn an_outcome_that_is_durable_is_not_lost() {
    let store = Faulty::default();
    let writer = Writer::open(store.clone()).unwrap();
    guard(&writer).scope(go_unheard(&store)).await.unwrap();
    while writer.lost_outcomes() == 0 {
        tokio::task::yield_now().await;
    }
    store.set(How::Works);
    assert_eq!(buy(&guard(&writer), "lunch", 1).await.1, 1);
    writer.close().await.unwrap();
    let kinds: Vec<_> = store.records().into_iter().map(|record| record.record).collect();
    assert_eq!(kinds, [Kind::Decision, Kind::Outcome, Kind::Decision, Kind::Outcome]);
}

#[tokio::test]
async fn a_store_that_lost_what_it_had_denies_from_then_on() {
    let store = Faulty::default();
    let writer = Writer::open(store.clone()).unwrap();
    assert_eq!(buy(&guard(&writer), "lunch", 1).await.1, 1);
    while store.records().len() < 2 {
        tokio::task::yield_now().await;
    }
    store.set(How::Forgets);
    denied(&writer, "the connection was lost").await;
    store.set(How::Works);
    for _ in 0..3 {
        denied(&writer, "ends before record").await;
    }
    drop(writer.close().await);
}

#[tokio::test]
async fn a_store_that_hangs_denies_at_the_deadline() {
    let store = Faulty::default();
    let writer = Writer::open(store.clone()).unwrap();
    store.set(How::Hangs);
    denied(&writer, "did not take the record in time").await;
    store.set(How::Works);
    writer.close().await.unwrap();
    // It was written in the end, and so was that its permit was withheld.
    let verdicts: Vec<_> =
        store.records().into_iter().filter_map(|record| record.verdict).collect();
    assert_eq!(verdicts, ["allow", "deny"]);
}

#[tokio::test]
async fn a_store_that_panics_denies_from_then_on() {
    let store = Faulty::default();
    let writer = Writer::open(store.clone()).unwrap();
    store.set(How::Panics);
    denied(&writer, "the thread of the audit log has ended").await;
    store.set(How::Works);
    denied(&writer, "the audit log is closed").await;
    assert!(writer.close().await.unwrap_err().to_string().contains("boom in the store"));
    assert!(store.records().is_empty());
}

/// One place in the queue: the second waits for it, and is denied at its deadline.
#[tokio::test]
async fn a_full_queue_denies_at_the_deadline_and_makes_room_for_who_still_waits() {
    let store = Faulty::default();
    let writer = WriterOptions::default().queue(1).open(store.clone()).unwrap();
    store.set(How::Hangs);
    let guard = guard(&writer);
    let calls =
        async { tokio::join!(buy(&guard, "a", 1), buy(&guard, "b", 1), buy(&guard, "c", 1)) };
    let (a, b, c) = calls.await;
    for (result, ran) in [a, b, c] {
        assert_eq!((result.unwrap_err().cause(), ran), (Cause::Unrecorded, 0));
    }
    let calls =
        async { tokio::join!(buy(&guard, "a", 1), buy(&guard, "b", 1), buy(&guard, "c", 1)) };
    let work = async {
        tokio::time::sleep(Duration::from_millis(50)).await;
        store.set(How::Works);
    };
    let ((a, b, c), ()) = tokio::join!(calls, work);
    assert_eq!(a.1 + b.1 + c.1, 3, "{a:?} {b:?} {c:?}");
    writer.close().await.unwrap();
    // While the store hung it held one, and the queue one: the third never got in.
    let records = store.records().into_iter();
    let allows = records.filter(|record| record.verdict.as_deref() == Some("allow"));
    assert_eq!(allows.count(), 2 + 3);
}

/// 64 callers while the disk is busy share the next write.
#[tokio::test]
async fn what_waits_is_written_in_one_append() {
    let store = Faulty::default();
    let writer = Writer::open(store.clone()).unwrap();
    store.set(How::Hangs);
    let guard = guard(&writer);
    let mut calls = tokio::task::JoinSet::new();
    for _ in 0..64 {
        let guard = guard.clone();
        calls.spawn(async move { buy(&guard, "lunch", 1).await.1 });
    }
    tokio::time::sleep(Duration::from_millis(50)).await;
    store.set(How::Works);
    assert_eq!(calls.join_all().await.into_iter().sum::<u64>(), 64);
    writer.close().await.unwrap();
    assert_eq!(store.records().len(), 128);
    let appends = store.0.appends.load(Ordering::SeqCst);
    // The first decision by itself, the rest together; outcomes as they come.
    assert!(appends <= 2 + 64, "{appends} appends");
}

/// They wait for a decision to be written with, and none comes.
#[tokio::test]
async fn an_outcome_is_written_while_nothing_else_happens() {
    let store = Faulty::default();
    let writer = Writer::open(store.clone()).unwrap();
    assert_eq!(buy(&guard(&writer), "lunch", 1).await.1, 1);
    while store.records().len() < 2 {
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    assert_eq!(store.records()[1].record, Kind::Outcome);
    writer.close().await.unwrap();
}

#[tokio::test]
async fn outcomes_that_are_lost_are_counted_and_put_on_record() {
    let store = Faulty::default();
    let writer = Writer::open(store.clone()).unwrap();
    let guard = guard(&writer);
    // The disk fills up while the body runs.
    guard.scope(break_the_store(&store)).await.unwrap();
    while writer.lost_outcomes() == 0 {
        tokio::task::yield_now().await;
    }
    store.set(How::Works);
    assert_eq!(writer.lost_outcomes(), 1);
    assert_eq!(buy(&guard, "lunch", 1).await.1, 1);
    writer.close().await.unwrap();
    let lost: Vec<_> = store.records().into_iter().filter(|r| r.record == Kind::Lost).collect();
    assert_eq!(lost.len(), 1);
    assert_eq!(lost[0].outcomes, Some(1));
}

#[tokio::test]
async fn a_closed_log_denies() {
    let scratch = Scratch::new();
    let writer = Writer::open(scratch.store()).unwrap();
    assert_eq!(buy(&guard(&writer), "lunch", 1).await.1, 1);
    writer.close().await.unwrap();
    assert_eq!(scratch.whole().records, 2);
    denied(&writer, "the audit log is closed").await;
    assert_eq!(scratch.whole().records, 2);
}

struct Yes;

impl Approver for Yes {
    fn approve<'a>(&'a self, request: &'a Request<'a>, ask: &'a Ask) -> Answer<'a> {
        ask.approved(request).into()
    }
}

/// Which rule decided, under which id, by which policies, and whether a person did.
#[tokio::test]
async fn a_record_tells_what_the_decision_rests_on() {
    let authority = authority_fn(async |request| {
        let decision = match request.argument::<u64>("amount")? {
            1 => Decision::allow(),
            2 => Decision::deny("no"),
            3 => Decision::ask("really?"),
            _ => return Err(NoDecision::unavailable("gone").with_version("policies c")),
        };
        Ok(decision.rule("limit").decision_id("d-7").version("policies a entities b"))
    });
    let store = Faulty::default();
    let writer = Writer::open(store.clone()).unwrap();
    let guard = Guard::builder(Subject::agent("shopper").unwrap(), authority, writer.clone());
    let guard =
        failclosed::danger::unchecked(guard.approver(Yes, Duration::from_secs(5)), "a test")
            .unwrap();
    let rests_on = |amount: u64| {
        let (guard, store) = (guard.clone(), store.clone());
        async move {
            let (result, ran) = buy(&guard, "lunch", amount).await;
            let runs = [1, 3].contains(&amount);
            assert_eq!((result.is_ok(), ran), (runs, u64::from(runs)));
            let mut decisions = store.records().into_iter().rev();
            let record = decisions.find(|record| record.record == Kind::Decision).unwrap();
            let Record { verdict, approval, rule, decision_id, version, .. } = record;
            (verdict.unwrap(), approval.is_some(), rule, decision_id, version)
        }
    };
    let told = |text: &str| Some(text.to_owned());
    let version = || told("policies a entities b");
    for (amount, verdict, by_person, id) in [
        (1, "allow", false, told("d-7")),
        (2, "deny", false, told("d-7")),
        (3, "allow", true, None),
    ] {
        let whole = (verdict.to_owned(), by_person, told("limit"), id, version());
        assert_eq!(rests_on(amount).await, whole);
    }
    assert_eq!(rests_on(4).await, ("deny".to_owned(), false, None, None, told("policies c")));
}
