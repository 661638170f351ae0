//! Guarded traits: every form of method and of holder, against every way an authority can behave.
//!
//! A method is guarded if its body runs once on an allow and zero times on everything else.
#![allow(clippy::unwrap_used, missing_docs, reason = "tests")]
#![allow(
    unused_qualifications,
    unreachable_pub,
    clippy::panic,
    reason = "shapes as users write them"
)]

use std::{future::Future, pin::Pin, sync::Arc, time::Duration};

use failclosed::{
    Cause, Decision, Denial, Guard, NoDecision, Subject,
    audit::MemoryLog,
    authority::{Answer, answer_fn},
};
use pay::{Card, Order, Payments, Ran, Stripe, wrapped};

mod accounted;
mod came_with;
mod carried;
mod dispatch;
mod moving;
mod native;
mod pay;
mod records;
mod retry;
mod scopes;
mod seal;
mod tools;

/// How an authority behaves, and what must come of it.
#[derive(Debug, Clone, Copy)]
#[allow(clippy::exhaustive_enums, reason = "tests")]
pub enum Behaviour {
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

pub fn guard(behaviour: Behaviour, log: &MemoryLog) -> Guard {
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

type Run =
    for<'a> fn(&'a Guard, &'a Ran) -> Pin<Box<dyn Future<Output = Result<(), Denial>> + Send + 'a>>;

/// `call!("name", |guard, ran| expression)`: one row.
macro_rules! call {
    ($name:literal, |$guard:ident, $ran:ident| $call:expr) => {
        ($name, (|$guard, $ran| Box::pin(async move { $call.map(drop) })) as Run)
    };
}

async fn through_generics<P: Payments>(payments: &P) -> Result<u64, Denial> {
    payments.charge("v", 742).await
}

async fn through_impl(payments: &impl Payments) -> Result<u64, Denial> {
    payments.charge("v", 742).await
}

async fn through_dyn(payments: &dyn Payments) -> Result<u64, Denial> {
    payments.charge("v", 742).await
}

fn rows() -> Vec<(&'static str, Run)> {
    vec![
        call!("&T", |guard, ran| wrapped(guard, ran).charge("v", 742).await),
        call!("Arc<dyn Payments>", |guard, ran| {
            let payments: Arc<dyn Payments> = Arc::new(guard.wrap(Stripe::new(ran)));
            payments.charge("v", 742).await
        }),
        call!("Box<dyn Payments>", |guard, ran| {
            let payments: Box<dyn Payments> = Box::new(guard.wrap(Stripe::new(ran)));
            payments.charge("v", 742).await
        }),
        call!("generic", |guard, ran| through_generics(&guard.wrap(Stripe::new(ran))).await),
        call!("impl Payments", |guard, ran| through_impl(&guard.wrap(Stripe::new(ran))).await),
        call!("&dyn Payments", |guard, ran| through_dyn(&guard.wrap(Stripe::new(ran))).await),
        call!("in a task of its own", |guard, ran| {
            let payments: Arc<dyn Payments> = Arc::new(guard.wrap(Stripe::new(ran)));
            tokio::spawn(async move { payments.charge("v", 742).await }).await.unwrap()
        }),
        call!("&mut self", |guard, ran| wrapped(guard, ran).close().await),
        call!("&mut dyn Payments", |guard, ran| {
            let mut payments: Box<dyn Payments> = Box::new(guard.wrap(Stripe::new(ran)));
            payments.close().await
        }),
        call!("arguments picked and left out", |guard, ran| {
            let order = Order { vendor: "v".into(), amount: 742 };
            wrapped(guard, ran).order(&order, Card(1)).await
        }),
        call!("named lifetimes", |guard, ran| {
            let mut second = String::new();
            wrapped(guard, ran).find("first", &mut second).await.map(str::to_owned)
        }),
        call!("a result that borrows from self", |guard, ran| {
            wrapped(guard, ran).name("x").await.map(str::to_owned)
        }),
        call!("a default body", |guard, ran| wrapped(guard, ran).twice(742).await),
    ]
}

#[tokio::test(start_paused = true)]
async fn every_guarded_call_runs_its_body_on_an_allow_and_on_nothing_else() {
    let mut wrong = Vec::new();
    let rows = rows();
    for (name, run) in &rows {
        for (behaviour, cause) in BEHAVIOURS {
            let (log, ran) = (MemoryLog::new(), Ran::default());
            let guard = guard(behaviour, &log);
            let denial = run(&guard, &ran).await.err();
            // The decision; an allowed call adds its outcome.
            let (bodies, entries) = if cause.is_none() { (1, 2) } else { (0, 1) };
            let got = (ran.times(), denial.map(|denial| denial.cause()), log.entries().len());
            if got != (bodies, cause, entries) {
                wrong.push(format!("{name} x {behaviour:?}: {got:?}"));
            }
        }
    }
    assert!(wrong.is_empty(), "of {} runs:\n{}", rows.len() * BEHAVIOURS.len(), wrong.join("\n"));
}

#[tokio::test]
async fn a_future_that_is_never_polled_asks_nobody() {
    for (name, run) in rows() {
        let (log, ran) = (MemoryLog::new(), Ran::default());
        let guard = guard(Behaviour::Allow, &log);
        drop(run(&guard, &ran));
        assert_eq!((ran.times(), log.entries().len()), (0, 0), "{name}");
    }
}
