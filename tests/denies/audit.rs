//! L1, L3: a yes that is not on record is withheld. The first sink of every rig is healthy, so
//! each of these is also "the last of several sinks refuses".

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use failclosed::{
    Cause, Denial,
    audit::{AuditSink, DecisionRecord, Outcome, OutcomeRecord, Recording},
    requires_permission,
};
use failclosed_tests::{
    Proof, Rig,
    authorities::{Says, allow, deny, hangs},
    outcomes,
    sinks::{self, Poisoned, Sink},
};

const DEADLINE: Duration = Duration::from_millis(150);

/// The log that did take it holds both: the allow, and that it was withheld.
fn withheld(proof: &Proof) {
    let verdicts: Vec<_> = proof.decisions.iter().map(|entry| entry.verdict).collect();
    assert_eq!(verdicts, ["allow", "deny"]);
    assert_eq!(proof.decisions[0].call, proof.decisions[1].call);
}

/// L1: the disk is full.
#[tokio::test]
async fn sink_that_refuses_denies() {
    let rig = Rig::with(Says(allow)).sink(Sink(sinks::refuses));
    let proof = rig.denies(Cause::Unrecorded).await;
    withheld(&proof);
    assert_eq!(proof.denial.detail(), Some("no space left on device"));
    assert!(proof.denial.may_pass_later());
}

/// A sink that takes it does not make up for one that does not, whatever their order.
#[tokio::test]
async fn one_sink_of_three_that_refuses_denies() {
    for refusing in 0..3 {
        let mut rig = Rig::with(Says(allow));
        for index in 0..3 {
            let how = if index == refusing { sinks::refuses } else { sinks::taken };
            rig = rig.sink(Sink(how));
        }
        withheld(&rig.denies(Cause::Unrecorded).await);
    }
}

#[tokio::test]
async fn sink_that_panics_denies() {
    let proof = Rig::with(Says(allow)).sink(Sink(sinks::panics)).denies(Cause::Unrecorded).await;
    assert!(proof.denial.detail().unwrap().contains("boom in the log"));
}

#[tokio::test]
async fn sink_that_panics_after_its_await_denies() {
    let rig = Rig::with(Says(allow)).sink(Sink(sinks::panics_later));
    rig.denies(Cause::Unrecorded).await;
}

/// L3: one deadline covers the answer and the record.
#[tokio::test(start_paused = true)]
async fn sink_that_hangs_denies() {
    let proof = Rig::with(Says(allow)).sink(Sink(sinks::hangs)).denies(Cause::Unrecorded).await;
    assert_eq!(proof.denial.detail(), Some("the audit sink did not take the record in time"));
}

/// L3
#[tokio::test(start_paused = true)]
async fn sink_slower_than_the_deadline_denies() {
    let slow = Sink(|| sinks::slower_than(Duration::from_millis(5_001)));
    Rig::with(Says(allow)).sink(slow).denies(Cause::Unrecorded).await;
}

/// L3, A2: the timer cannot fire while the thread is blocked; the clock is read afterwards.
#[tokio::test]
async fn sink_that_blocks_past_the_deadline_denies() {
    let rig = Rig::with(Says(allow))
        .deadline(DEADLINE)
        .sink(Sink(|| sinks::blocks_for(Duration::from_millis(200))));
    withheld(&rig.denies(Cause::Unrecorded).await);
}

/// A10
#[tokio::test]
async fn sink_with_a_poisoned_lock_denies() {
    let proof = Rig::with(Says(allow)).sink(Poisoned::new()).denies(Cause::Unrecorded).await;
    assert!(proof.denial.detail().unwrap().contains("poisoned"));
}

/// A no needs no record to stand: its cause is the authority's, not the log's.
#[tokio::test(start_paused = true)]
async fn a_no_stands_when_the_sink_fails_and_denies() {
    let sinks: [fn() -> Recording<'static>; 4] =
        [sinks::refuses, sinks::panics, sinks::panics_later, sinks::hangs];
    for sink in sinks {
        let rig = Rig::with(Says(deny)).sink(Sink(sink));
        let proof = rig.denies(Cause::Denied).await;
        assert_eq!(proof.denial.to_string(), "Blocked: over the limit");
    }
}

/// The same where nobody answered.
#[tokio::test(start_paused = true)]
async fn a_timeout_stands_when_the_sink_fails_and_denies() {
    Rig::with(Says(hangs)).sink(Sink(sinks::refuses)).denies(Cause::TimedOut).await;
}

/// A11: a sink that calls a guarded executor is refused, and is a sink that failed.
#[tokio::test]
async fn sink_that_calls_an_executor_denies() {
    #[requires_permission(action = "write_log")]
    async fn write_log() -> Result<(), Denial> {
        panic!("the body of the inner call ran");
    }
    let sink = Sink(|| {
        Recording::pending(async {
            write_log().await?;
            Ok(())
        })
    });
    Rig::with(Says(allow)).sink(sink).denies(Cause::Unrecorded).await;
}

/// A sink that panics over an outcome hurts neither the call, nor the sinks after it, nor a body
/// that is panicking itself.
#[tokio::test]
async fn outcome_that_is_not_taken_changes_nothing() {
    struct PanicsAtTheEnd(Arc<AtomicUsize>);
    impl AuditSink for PanicsAtTheEnd {
        fn decision(&self, _: &DecisionRecord<'_>) -> Recording<'_> {
            Recording::ready(Ok(()))
        }
        fn outcome(&self, _: &OutcomeRecord<'_>) {
            self.0.fetch_add(1, Ordering::SeqCst);
            panic!("boom at the end");
        }
    }
    let (first, last) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let running = Rig::with(Says(allow))
        .sink(PanicsAtTheEnd(Arc::clone(&first)))
        .sink(PanicsAtTheEnd(Arc::clone(&last)))
        .build();
    running.healthy().await;

    let guard = running.shop.guard().clone();
    let panicking = tokio::spawn(async move {
        #[requires_permission(action = "purchase", guard = guard, skip(guard))]
        async fn charge(guard: &failclosed::Guard) -> Result<(), Denial> {
            panic!("boom in the body of {guard:?}")
        }
        charge(&guard).await
    });
    assert!(panicking.await.unwrap_err().is_panic());
    assert_eq!(outcomes(&running.log).pop().unwrap().outcome, Outcome::Panicked);
    assert_eq!((first.load(Ordering::SeqCst), last.load(Ordering::SeqCst)), (2, 2));
}
