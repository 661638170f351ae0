//! What a guard calls (authority, approver, log, observer, a value that is shown) may not make a guarded
//! call itself: it would call itself again, without end. It is refused at the first step, on record, and
//! that record does not begin it anew.

use std::{
    sync::{
        Arc, OnceLock,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

use failclosed::{
    Authority, Cause, Decision, Denial, Guard, Request, Subject,
    approval::Approver,
    audit::{AuditSink, DecisionRecord, MemoryLog, OutcomeRecord, Recording},
    authority::Answer,
    decision::Ask,
    guard::Observer,
    requires_permission,
};
use failclosed_tests::{
    authorities::{Says, allow, ask, deny},
    block_on,
};
use serde::{Serialize, Serializer};

static BODIES: AtomicUsize = AtomicUsize::new(0);

#[requires_permission(action = "notify", guard = guard, skip(guard))]
async fn notify(guard: &Guard) -> Result<(), Denial> {
    BODIES.fetch_add(1, Ordering::SeqCst);
    Ok(())
}

/// A part of a guard that makes a guarded call itself, once for each time it is called.
#[derive(Clone, Default)]
struct Notifies {
    guard: Arc<OnceLock<Guard>>,
    calls: Arc<AtomicUsize>,
    refused: Arc<AtomicUsize>,
}

impl Notifies {
    fn call(&self) {
        let Some(guard) = self.guard.get() else { return };
        self.calls.fetch_add(1, Ordering::SeqCst);
        // What goes on without end is stopped here, so that the test ends in a message.
        assert!(self.calls.load(Ordering::SeqCst) < 20, "a guarded call without end");
        match block_on(notify(guard)) {
            Err(denial) if denial.cause() == Cause::NotConfigured => {
                self.refused.fetch_add(1, Ordering::SeqCst);
            }
            other => panic!("not refused: {other:?}"),
        }
    }
}

impl AuditSink for Notifies {
    fn decision(&self, _: &DecisionRecord<'_>) -> Recording<'_> {
        self.call();
        Recording::ready(Ok(()))
    }
    fn outcome(&self, _: &OutcomeRecord<'_>) {}
}

struct Outcomes(Notifies);

impl AuditSink for Outcomes {
    fn decision(&self, _: &DecisionRecord<'_>) -> Recording<'_> {
        Recording::ready(Ok(()))
    }
    fn outcome(&self, _: &OutcomeRecord<'_>) {
        self.0.call();
    }
}

impl Observer for Notifies {
    fn denied(&self, _: &Request<'_>, _: &Denial) {
        self.call();
    }
}

impl Approver for Notifies {
    fn approve<'a>(&'a self, _: &'a Request<'a>, _: &'a Ask) -> Answer<'a> {
        self.call();
        Decision::deny("not today").into()
    }
}

impl Authority for Notifies {
    fn decide<'a>(&'a self, _: &'a Request<'a>) -> Answer<'a> {
        self.call();
        Decision::deny("not today").into()
    }
}

impl Serialize for Notifies {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.call();
        serializer.serialize_u64(1)
    }
}

#[requires_permission(action = "send", guard = guard, skip(guard))]
async fn send(guard: &Guard, value: &Notifies) -> Result<(), Denial> {
    let _seen = value;
    Ok(())
}

fn guarded_by(authority: impl Authority + 'static) -> failclosed::guard::GuardBuilder {
    Guard::builder(Subject::agent("shopper").unwrap(), authority, MemoryLog::new())
}

/// A guard in which one part makes guarded calls.
type Build = fn(&Notifies) -> failclosed::guard::GuardBuilder;

const PARTS: [(&str, Build); 6] = [
    ("decision", |part| guarded_by(Says(allow)).audit(part.clone())),
    ("outcome", |part| guarded_by(Says(allow)).audit(Outcomes(part.clone()))),
    ("observer", |part| guarded_by(Says(deny)).observer(part.clone())),
    ("approver", |part| guarded_by(Says(ask)).approver(part.clone(), Duration::from_secs(60))),
    ("authority", |part| guarded_by(part.clone())),
    ("argument", |_| guarded_by(Says(allow))),
];

#[test]
fn whatever_a_guard_calls_is_refused_a_guarded_call() {
    for (name, build) in PARTS {
        let (part, log) = (Notifies::default(), MemoryLog::new());
        let guard =
            failclosed::danger::unchecked(build(&part).audit(log.clone()), "a test").unwrap();
        part.guard.set(guard.clone()).unwrap();
        let idle = Notifies::default();
        let value = if name == "argument" { &part } else { &idle };
        let _either_way = block_on(send(&guard, value));
        let (calls, refused) =
            (part.calls.load(Ordering::SeqCst), part.refused.load(Ordering::SeqCst));
        assert!(calls > 0 && calls == refused, "{name}: {refused} of {calls} refused");
        assert_eq!(BODIES.load(Ordering::SeqCst), 0, "{name}");
        // The refusal is on record.
        let records = serde_json::to_value(log.entries()).unwrap();
        let is_refusal = |record: &&serde_json::Value| {
            record["action"] == "notify" && record["cause"] == "not_configured"
        };
        let refusals = records.as_array().unwrap().iter().filter(is_refusal).count();
        assert!(refusals > 0, "{name}: {records:#}");
    }
}

/// Observers are told of a call that is refused because of where it was made, as of any other.
#[tokio::test]
async fn observers_are_told_of_a_call_from_inside() {
    let told = Arc::new(AtomicUsize::new(0));
    let counts = Arc::clone(&told);
    let observer = move |_: &Request<'_>, _: &Denial| {
        counts.fetch_add(1, Ordering::SeqCst);
    };
    let authority = Notifies::default();
    let subject = Subject::agent("shopper").unwrap();
    let builder = Guard::builder(subject, authority.clone(), MemoryLog::new()).observer(observer);
    let guard = failclosed::danger::unchecked(builder, "a test").unwrap();
    authority.guard.set(guard.clone()).unwrap();
    let denial = notify(&guard).await.unwrap_err();
    assert_eq!((denial.cause(), authority.refused.load(Ordering::SeqCst)), (Cause::Denied, 1));
    // Of the one that the authority made, and of the one that it was asked about.
    assert_eq!(told.load(Ordering::SeqCst), 2);
}
