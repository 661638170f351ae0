//! The log of the process takes what no guard's own log does: every decision is on record, also that of
//! a call which found no guard. A process of its own: there is one such log.
#![allow(missing_docs, clippy::unwrap_used, reason = "a test fails by panicking")]

use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use failclosed::{
    Cause, Decision, Denial, Guard, Request, Subject,
    approval::Approver,
    audit::{self, AuditSink, DecisionRecord, MemoryLog, NotRecorded, OutcomeRecord, Recording},
    authority::Answer,
    authority_fn,
    decision::Ask,
    error::ConfigError,
    requires_permission,
};

const TAKES: std::time::Duration = std::time::Duration::from_millis(5);

static BODIES: AtomicUsize = AtomicUsize::new(0);
static IS_FULL: AtomicBool = AtomicBool::new(false);

#[requires_permission(action = "purchase")]
async fn charge(amount: u64) -> Result<u64, Denial> {
    tokio::time::sleep(TAKES).await;
    BODIES.fetch_add(1, Ordering::SeqCst);
    Ok(amount)
}

/// A log that can be full.
struct Log(MemoryLog);

impl AuditSink for Log {
    fn decision(&self, record: &DecisionRecord<'_>) -> Recording<'_> {
        if IS_FULL.load(Ordering::SeqCst) {
            return Recording::ready(Err(NotRecorded::new("no space left on device")));
        }
        self.0.decision(record)
    }
    fn outcome(&self, record: &OutcomeRecord<'_>) {
        self.0.outcome(record);
    }
}

struct AutoYes;

impl Approver for AutoYes {
    fn approve<'a>(&'a self, request: &'a Request<'a>, ask: &'a Ask) -> Answer<'a> {
        ask.approved(request).into()
    }
}

fn records(log: &MemoryLog) -> Vec<serde_json::Value> {
    log.entries().iter().map(|entry| serde_json::to_value(entry).unwrap()).collect()
}

#[tokio::test]
async fn what_has_no_log_of_its_own_is_recorded_in_that_of_the_process() {
    let log = MemoryLog::new();
    audit::install(Log(log.clone())).unwrap();
    let again = audit::install(MemoryLog::new());
    assert!(matches!(again, Err(ConfigError::AlreadyInstalled { .. })), "{again:?}");

    // Nobody to ask: no guard, and a task that lost its scope.
    let denial = charge(1).await.unwrap_err();
    assert_eq!(denial.cause(), Cause::NotConfigured);
    let authority = authority_fn(async |request| match request.argument::<u64>("amount")? {
        ..=100 => Ok(Decision::allow()),
        _ => Ok(Decision::ask("that much?")),
    });
    let unrecorded = failclosed::danger::unrecorded("the process has a log").unwrap();
    let guard = failclosed::danger::unchecked(
        Guard::builder(Subject::agent("shopper").unwrap(), authority, unrecorded),
        "a test",
    )
    .unwrap();
    let lost = guard.scope(async { tokio::spawn(charge(2)).await.unwrap() }).await.unwrap_err();
    assert_eq!(lost.cause(), Cause::NotConfigured);
    assert_eq!(BODIES.load(Ordering::SeqCst), 0);
    let causes: Vec<_> = records(&log).iter().map(|record| record["cause"].clone()).collect();
    assert_eq!(causes, ["not_configured", "not_configured"]);

    // A guard without a log of its own: recorded before the body, or not run.
    guard.scope(charge(3)).await.unwrap();
    assert_eq!(BODIES.load(Ordering::SeqCst), 1);
    let verdicts: Vec<_> =
        records(&log)[2..].iter().map(|record| record["record"].clone()).collect();
    assert_eq!(verdicts, ["decision", "outcome"]);
    // Nobody traces this program, and its log is told all the same how long the body took.
    let took = records(&log)[3]["elapsed_us"].as_u64().unwrap();
    assert!(u128::from(took) >= TAKES.as_micros(), "{took} microseconds");
    IS_FULL.store(true, Ordering::SeqCst);
    let full = guard.scope(charge(4)).await.unwrap_err();
    assert_eq!((full.cause(), BODIES.load(Ordering::SeqCst)), (Cause::Unrecorded, 1));
    IS_FULL.store(false, Ordering::SeqCst);

    // Below a scope nobody is made another subject, and nobody brings an approver of their own.
    let library = async {
        let lent = Guard::current();
        let refused = lent.asking(AutoYes, std::time::Duration::from_secs(1));
        assert!(matches!(refused, Err(ConfigError::Lent)), "{refused:?}");
        let admin = lent.for_subject(Subject::agent("admin").unwrap());
        (admin.scope(charge(5)).await, lent.scope(charge(6)).await)
    };
    let (as_admin, as_itself) = guard.scope(library).await;
    assert_eq!(as_admin.unwrap_err().cause(), Cause::NotConfigured);
    assert_eq!((as_itself.unwrap(), BODIES.load(Ordering::SeqCst)), (6, 2));
}
