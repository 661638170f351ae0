//! Every shape of function the attribute accepts, against every way an authority can behave.
//!
//! A shape is guarded if its body runs once on an allow and zero times on everything else. Shapes
//! that are refused are compile-fail cases (`ui/item`).
#![allow(clippy::unwrap_used, missing_docs, reason = "tests")]
#![allow(
    unreachable_pub,
    clippy::manual_async_fn,
    clippy::panic,
    reason = "shapes as users write them"
)]

use std::{
    future::Future,
    pin::Pin,
    sync::atomic::{AtomicUsize, Ordering},
    time::Duration,
};

use failclosed::{
    Cause, Decision, Denial, Guard, NoDecision, Subject,
    audit::MemoryLog,
    authority::{Answer, answer_fn},
};

mod boxed;
mod free;
mod receivers;
mod stacked;
mod traits;

/// How often a body ran. Not `Serialize`: every shape has to `skip` it.
#[derive(Debug, Default)]
pub struct Ran(AtomicUsize);

impl Ran {
    pub fn once_more(&self) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }
}

type Run = for<'a> fn(Guard, &'a Ran) -> Pin<Box<dyn Future<Output = Result<(), Denial>> + 'a>>;

/// A row of the table.
pub struct Shape {
    name: &'static str,
    /// How many checks an allowed call makes: two where attributes are stacked.
    checks: usize,
    run: Run,
}

/// `shape!("name", |guard, ran| expression)`: one row.
#[macro_export]
macro_rules! shape {
    ($name:literal, |$guard:ident, $ran:ident| $call:expr) => {
        $crate::shape!($name, 1 check, |$guard, $ran| $call)
    };
    ($name:literal, $checks:literal check, |$guard:ident, $ran:ident| $call:expr) => {
        $crate::Shape {
            name: $name,
            checks: $checks,
            run: |$guard, $ran| Box::pin(async move { $call.map(drop) }),
        }
    };
}

fn shapes() -> Vec<Shape> {
    [free::shapes(), receivers::shapes(), boxed::shapes(), traits::shapes(), stacked::shapes()]
        .into_iter()
        .flatten()
        .collect()
}

/// How an authority behaves, and what must come of it.
#[derive(Debug, Clone, Copy)]
enum Behaviour {
    Allow,
    Deny,
    Error,
    Panic,
    Hang,
}

const BEHAVIOURS: [(Behaviour, Option<Cause>); 5] = [
    (Behaviour::Allow, None),
    (Behaviour::Deny, Some(Cause::Denied)),
    (Behaviour::Error, Some(Cause::Unavailable)),
    (Behaviour::Panic, Some(Cause::Unavailable)),
    (Behaviour::Hang, Some(Cause::TimedOut)),
];

fn guard(behaviour: Behaviour, log: &MemoryLog) -> Guard {
    let authority = answer_fn(move |_| match behaviour {
        Behaviour::Allow => Decision::allow().into(),
        Behaviour::Deny => Decision::deny("not today").into(),
        Behaviour::Error => NoDecision::unavailable("connection refused").into(),
        Behaviour::Panic => panic!("the authority fell over"),
        Behaviour::Hang => Answer::pending(std::future::pending()),
    });
    failclosed::danger::unchecked(
        Guard::builder(Subject::agent("shopper").unwrap(), authority, log.clone())
            .deadline(Duration::from_secs(5)),
        "a test",
    )
    .unwrap()
}

#[tokio::test(start_paused = true)]
async fn every_shape_runs_its_body_on_an_allow_and_on_nothing_else() {
    let mut wrong = Vec::new();
    let shapes = shapes();
    for shape in &shapes {
        for (behaviour, cause) in BEHAVIOURS {
            let (log, ran) = (MemoryLog::new(), Ran::default());
            let guard = guard(behaviour, &log);
            let denial = guard.scope((shape.run)(guard.clone(), &ran)).await.err();
            let ran = ran.0.load(Ordering::SeqCst);
            // One decision for each check made; each allowed call adds its outcome.
            let (bodies, entries) = if cause.is_none() { (1, 2 * shape.checks) } else { (0, 1) };
            let got = (ran, denial.map(|denial| denial.cause()), log.entries().len());
            if got != (bodies, cause, entries) {
                wrong.push(format!("{} x {behaviour:?}: {got:?}", shape.name));
            }
        }
    }
    assert!(shapes.len() >= 34, "only {} shapes", shapes.len());
    assert!(wrong.is_empty(), "of {} runs:\n{}", shapes.len() * BEHAVIOURS.len(), wrong.join("\n"));
}

#[tokio::test]
async fn a_future_that_is_never_polled_does_nothing() {
    for shape in shapes() {
        let (log, ran) = (MemoryLog::new(), Ran::default());
        let guard = guard(Behaviour::Allow, &log);
        drop(guard.scope((shape.run)(guard.clone(), &ran)));
        assert_eq!(ran.0.load(Ordering::SeqCst), 0, "{}", shape.name);
        assert!(log.entries().is_empty(), "{}", shape.name);
    }
}
