//! `tracing/max_level_off`: every event is compiled out. Who relies on them alone is told nothing, and
//! so the escape hatches and the log of the process must not.

use std::{
    process::Command,
    sync::atomic::{AtomicUsize, Ordering},
    time::Duration,
};

use failclosed::{
    Cause, Decision, Denial, Guard, Subject,
    audit::{self, MemoryLog},
    authority::{Answer, answer_fn},
    danger::{AllowEverything, ObserveOnly},
    requires_permission,
};
use failclosed_tests::{Events, Rig, block_on, decisions};

/// Set for a copy of this program that runs one test alone.
const ALONE: &str = "FAILCLOSED_TESTS_ALONE";

/// What this program says on standard error while it runs the test `name` alone.
fn alone(name: &str) -> String {
    let mut copy = Command::new(std::env::current_exe().unwrap());
    copy.args(["--exact", "--nocapture", name]).env(ALONE, "1");
    let output = copy.output().unwrap();
    assert!(output.status.success(), "{output:?}");
    String::from_utf8(output.stderr).unwrap()
}

fn is_alone() -> bool {
    std::env::var_os(ALONE).is_some()
}

/// The control: this program has no events at all.
#[test]
fn events_are_compiled_out() {
    let ((), events) = Events::during(|| tracing::error!(target: "failclosed", "heard?"));
    assert!(events.is_empty(), "{events:?}");
    assert_eq!(tracing::level_filters::STATIC_MAX_LEVEL, tracing::level_filters::LevelFilter::OFF);
}

#[tokio::test]
async fn dangers() {
    if !is_alone() {
        return;
    }
    let lax = AllowEverything::because("a demo without a network").unwrap();
    let running = Rig::with(lax).build();
    running.shop.charge("coachella.com", 742).await.unwrap();
    let stamp = decisions(&running.log).pop().unwrap().danger.unwrap();
    assert_eq!(stamp, "allow everything: a demo without a network");
    let denies = answer_fn(|_| Decision::deny("over the limit").into());
    let hour = Duration::from_secs(3600);
    let observing = ObserveOnly::new(denies, "trying the new policy", hour).unwrap();
    let running = Rig::with(observing).build();
    running.shop.charge("coachella.com", 742).await.unwrap();
    let stamp = decisions(&running.log).pop().unwrap().danger.unwrap();
    assert_eq!(stamp, "observe only: trying the new policy; would deny: over the limit");
}

/// The escape hatches are seen by whoever starts the program, and stand in every record.
#[test]
fn dangers_are_seen_and_stamped() {
    let said = alone("silenced::dangers");
    for reason in ["a demo without a network", "trying the new policy"] {
        let warned = said.lines().filter(|line| line.contains("failclosed: DANGER"));
        assert_eq!(warned.filter(|line| line.contains(reason)).count(), 1, "{said}");
    }
}

static BODIES: AtomicUsize = AtomicUsize::new(0);

#[requires_permission(action = "purchase")]
async fn charge(amount: u64) -> Result<u64, Denial> {
    BODIES.fetch_add(1, Ordering::SeqCst);
    Ok(amount)
}

fn fails() -> Answer<'static> {
    Answer::ready(Err(failclosed::NoDecision::unavailable("connection refused")))
}

#[test]
fn denials_without_a_sink() {
    if !is_alone() {
        return;
    }
    let log = MemoryLog::new();
    audit::install(log.clone()).unwrap();
    let causes =
        || -> Vec<_> { decisions(&log).iter().map(|decision| decision.cause.unwrap()).collect() };
    // No guard; and guards without a log of their own.
    drop(block_on(charge(1)).unwrap_err());
    assert_eq!(causes(), [Cause::NotConfigured]);
    let subject = || Subject::agent("shopper").unwrap();
    let none = || failclosed::danger::unrecorded("the process has a log").unwrap();
    let denies = Guard::builder(subject(), answer_fn(|_| Decision::deny("no").into()), none());
    drop(
        block_on(failclosed::danger::unchecked(denies, "a test").unwrap().scope(charge(2)))
            .unwrap_err(),
    );
    let down = failclosed::danger::unchecked(
        Guard::builder(subject(), answer_fn(|_| fails()), none()),
        "a test",
    )
    .unwrap();
    drop(block_on(down.scope(charge(3))).unwrap_err());
    assert_eq!(causes(), [Cause::NotConfigured, Cause::Denied, Cause::Unavailable]);
    assert_eq!(BODIES.load(Ordering::SeqCst), 0);
}

/// In a process of its own, because there is one such log.
#[test]
fn denials_without_a_sink_reach_the_log_of_the_process() {
    let said = alone("silenced::denials_without_a_sink");
    assert!(!said.contains("panicked"), "{said}");
}
