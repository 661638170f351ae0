//! A6, A7: a caller that goes away leaves a record, and no body.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use failclosed::{
    Authority, Cause, Decision, Guard, Request, Subject, acp::Turn, audit::Recording,
    authority::Answer,
};
use failclosed_tests::{
    Rig, Running, Shop,
    authorities::{Says, allow, ask, deny, hangs},
    block_on, decisions,
    sinks::{self, Sink},
};
use tokio::{runtime::Builder, sync::Notify, task::yield_now};

async fn repaired(running: &Running) {
    running.repair();
    running.healthy().await;
}

/// A6: dropped before it was polled, nothing was asked, so there is nothing to record.
#[tokio::test]
async fn future_never_polled_runs_nothing() {
    let running = Rig::with(Says(allow)).build();
    drop(running.shop.charge("coachella.com", 742));
    assert_eq!(running.shop.bodies(), 0);
    assert!(running.log.entries().is_empty());
    running.healthy().await;
}

/// A6: the loser of a `select!`.
#[tokio::test]
async fn future_dropped_by_select_denies() {
    let running = Rig::with(Says(hangs)).build();
    tokio::select! {
        biased;
        _ = running.shop.charge("coachella.com", 742) => panic!("it never answers"),
        () = yield_now() => {}
    }
    running.cancelled();
    repaired(&running).await;
}

/// A6: the caller's own timeout is shorter than the guard's.
#[tokio::test(start_paused = true)]
async fn callers_own_timeout_denies() {
    let running = Rig::with(Says(hangs)).build();
    let charge = running.shop.charge("coachella.com", 742);
    tokio::time::timeout(Duration::from_secs(1), charge).await.unwrap_err();
    running.cancelled();
    repaired(&running).await;
}

/// A6: the task is aborted.
#[tokio::test]
async fn task_aborted_during_the_check_denies() {
    let running = Rig::with(Says(hangs)).build();
    let shop = running.shop.clone();
    let task = tokio::spawn(async move { shop.charge("coachella.com", 742).await });
    yield_now().await;
    task.abort();
    assert!(task.await.unwrap_err().is_cancelled());
    running.cancelled();
    repaired(&running).await;
}

/// A6: an allow that came, but that nobody fetched any more.
#[tokio::test]
async fn dropped_when_the_answer_is_there_denies() {
    struct Gate(Arc<Notify>);
    impl Authority for Gate {
        fn decide<'a>(&'a self, _: &'a Request<'a>) -> Answer<'a> {
            Answer::pending(async {
                self.0.notified().await;
                Ok(Decision::allow())
            })
        }
    }
    let gate = Arc::new(Notify::new());
    let running = Rig::with(Gate(Arc::clone(&gate))).build();
    {
        let mut charge = Box::pin(running.shop.charge("coachella.com", 742));
        tokio::select! {
            biased;
            _ = &mut charge => panic!("the gate is shut"),
            () = yield_now() => {}
        }
        gate.notify_one();
    }
    running.cancelled();
    repaired(&running).await;
}

/// A6: while the allow is being written down. The log then holds both, and the second one counts.
#[tokio::test]
async fn dropped_while_the_allow_is_recorded_denies() {
    let running = Rig::with(Says(allow)).sink(Sink(sinks::hangs)).build();
    tokio::select! {
        biased;
        _ = running.shop.charge("coachella.com", 742) => panic!("the log hangs"),
        () = yield_now() => {}
    }
    let verdicts: Vec<_> = decisions(&running.log).iter().map(|entry| entry.verdict).collect();
    assert_eq!(verdicts, ["allow", "deny"]);
    running.cancelled();
    repaired(&running).await;
}

/// A6: while a person is being asked.
#[tokio::test]
async fn dropped_while_a_person_decides_denies() {
    let approver = Says(hangs);
    let running = Rig::with(Says(ask)).approver(approver, Duration::from_secs(60)).build();
    tokio::select! {
        biased;
        _ = running.shop.charge("coachella.com", 742) => panic!("nobody answers"),
        () = yield_now() => {}
    }
    running.cancelled();
    repaired(&running).await;
}

/// A6: while a denial is being written down: it is on record as what it was, once.
#[tokio::test]
async fn dropped_while_a_no_is_recorded_denies() {
    let running = Rig::with(Says(deny)).sink(Sink(sinks::hangs)).build();
    tokio::select! {
        biased;
        _ = running.shop.charge("coachella.com", 742) => panic!("the log hangs"),
        () = yield_now() => {}
    }
    let causes: Vec<_> = decisions(&running.log).iter().map(|entry| entry.cause).collect();
    assert_eq!(causes, [Some(Cause::Denied)]);
    assert_eq!(running.shop.bodies(), 0);
    repaired(&running).await;
}

/// A6: a sink that is at fault while the cancelled call is recorded: the task must not be torn
/// down, and the other sinks still have it.
#[tokio::test]
async fn dropped_with_a_failing_sink_denies() {
    for sink in [sinks::refuses, sinks::panics, sinks::panics_later, sinks::hangs] {
        let running = Rig::with(Says(hangs)).sink(Sink(sink)).build();
        tokio::select! {
            biased;
            _ = running.shop.charge("coachella.com", 742) => panic!("it never answers"),
            () = yield_now() => {}
        }
        running.cancelled();
        repaired(&running).await;
    }
}

/// A6: nobody polls again for a call that was dropped: what a sink begins for its record is polled once.
#[tokio::test]
async fn what_a_sink_begins_for_a_dropped_call_is_polled_once() {
    let written = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&written);
    let begins = move || {
        let count = Arc::clone(&count);
        Recording::pending(async move {
            count.fetch_add(1, Ordering::SeqCst);
            Ok(())
        })
    };
    let running = Rig::with(Says(hangs)).sink(Sink(begins)).build();
    tokio::select! {
        biased;
        _ = running.shop.charge("coachella.com", 742) => panic!("it never answers"),
        () = yield_now() => {}
    }
    running.cancelled();
    assert_eq!(written.load(Ordering::SeqCst), 1);
    repaired(&running).await;
}

/// A7: the runtime goes away under the check.
#[test]
fn runtime_shut_down_during_the_check_denies() {
    let running = Rig::with(Says(hangs)).build();
    for runtime in [Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap(), {
        Builder::new_current_thread().enable_all().build().unwrap()
    }] {
        let before = decisions(&running.log).len();
        let shop = running.shop.clone();
        runtime.spawn(async move { shop.charge("coachella.com", 742).await });
        // Let it be polled once.
        runtime.block_on(async { tokio::time::sleep(Duration::from_millis(50)).await });
        drop(runtime);
        assert_eq!(decisions(&running.log).len(), before + 1);
        running.cancelled();
    }
    running.repair();
    block_on(running.healthy());
}

/// A7: the runtime whose clock is used is gone, and the future is polled by somebody else: a timer
/// of such a runtime panics, and the guard must not.
#[test]
fn runtime_shut_down_under_another_executor_denies() {
    let running = Rig::with(Says(hangs)).build();
    let runtime = Builder::new_current_thread().enable_all().build().unwrap();
    let handle = runtime.handle().clone();
    drop(runtime);
    let _entered = handle.enter();
    let denial = block_on(running.shop.charge("coachella.com", 742)).unwrap_err();
    running.denied(&denial, Cause::NotConfigured);
    running.repair();
    block_on(running.healthy());
}

/// A guard without any log is cancelled as quietly as it is built.
#[tokio::test]
async fn dropped_without_a_log_runs_nothing() {
    let guard = failclosed::danger::unchecked(
        Guard::builder(
            Subject::agent("shopper").unwrap(),
            Says(hangs),
            failclosed::audit::MemoryLog::new(),
        ),
        "a test",
    )
    .unwrap();
    let shop = Shop::new(guard);
    tokio::select! {
        biased;
        _ = shop.charge("coachella.com", 742) => panic!("it never answers"),
        () = yield_now() => {}
    }
    assert_eq!(shop.bodies(), 0);
}

/// What a turn's guard allows ends with the turn; the guard that it was made of goes on.
#[tokio::test]
async fn a_turn_that_is_cancelled_denies() {
    let running = Rig::with(Says(allow)).build();
    let turn = Turn::new();
    let shop = Shop::new(turn.guard(running.shop.guard()).unwrap());
    assert_eq!(shop.charge("coachella.com", 742).await.unwrap(), 742);
    turn.cancel();
    let denial = shop.charge("coachella.com", 742).await.unwrap_err();
    assert_eq!((denial.cause(), shop.bodies()), (Cause::Denied, 1));
    assert_eq!(decisions(&running.log).last().unwrap().cause, Some(Cause::Denied));
    running.healthy().await;
}
