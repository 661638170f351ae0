//! What of a guarded trait's call is asked and written down.

use failclosed::{
    Cause, Denial, Guard,
    audit::{Entry, MemoryLog, Outcome},
    guarded,
};
use serde_json::json;

use crate::{
    Behaviour, guard,
    pay::{Card, Order, Payments, Ran, wrapped},
};

fn decision(log: &MemoryLog) -> failclosed::audit::DecisionEntry {
    match log.entries().into_iter().next() {
        Some(Entry::Decision(decision)) => *decision,
        other => panic!("no decision first: {other:?}"),
    }
}

fn outcomes(log: &MemoryLog) -> Vec<Outcome> {
    let outcome = |entry| match entry {
        Entry::Outcome(entry) => Some(entry.outcome),
        Entry::Decision(_) => None,
    };
    log.entries().into_iter().filter_map(outcome).collect()
}

#[tokio::test]
async fn the_authority_sees_the_arguments_that_the_body_gets() {
    let (log, ran) = (MemoryLog::new(), Ran::default());
    let got = wrapped(&guard(Behaviour::Allow, &log), &ran).charge("coachella", 42).await.unwrap();
    // The body added what the lock held, and the vendor's length.
    assert_eq!(got, 42 + 700 + 9);
    let decision = decision(&log);
    assert_eq!(decision.action, "purchase");
    assert_eq!(decision.resource, Some((None, "coachella".to_owned())));
    assert_eq!(decision.arguments, json!({ "vendor": "coachella", "amount": 42 }));
}

#[tokio::test]
async fn arguments_are_picked_named_and_left_out() {
    let (log, ran) = (MemoryLog::new(), Ran::default());
    let order = Order { vendor: "v".into(), amount: 7 };
    let got = wrapped(&guard(Behaviour::Allow, &log), &ran).order(&order, Card(1)).await.unwrap();
    assert_eq!(got, 8);
    let decision = decision(&log);
    assert_eq!(decision.action, "order");
    assert_eq!(decision.resource, Some((None, "shop/v".to_owned())));
    assert_eq!(decision.arguments, json!({ "vendor": "v", "total": 8 }));
}

#[tokio::test]
async fn unguarded_methods_ask_nobody() {
    let (log, ran) = (MemoryLog::new(), Ran::default());
    let payments = wrapped(&guard(Behaviour::Deny, &log), &ran);
    assert_eq!(payments.currency(), "EUR");
    assert_eq!(payments.ping("hello").await, "hello");
    assert!(log.entries().is_empty());
    assert_eq!(format!("{payments:?}"), "Guarded(..)");
}

#[tokio::test]
async fn a_denial_becomes_what_on_denied_makes_of_it() {
    for (behaviour, counted) in [(Behaviour::Allow, 1), (Behaviour::Deny, 0)] {
        let (log, ran) = (MemoryLog::new(), Ran::default());
        assert_eq!(wrapped(&guard(behaviour, &log), &ran).count().await, counted);
        assert_eq!(ran.times(), counted);
    }
}

/// Ends in every way there is.
#[guarded]
pub(crate) trait Endings {
    #[requires_permission(action = "end")]
    async fn end(&self, how: &str) -> Result<(), Denial>;

    #[requires_permission(action = "fail")]
    async fn fail(&self) -> Result<(), Box<dyn std::error::Error + Send + Sync>>;
}

struct Ending;

#[guarded]
impl Endings for Ending {
    async fn end(&self, how: &str) -> Result<(), Denial> {
        match how {
            "panic" => panic!("the body fell over"),
            "hang" => std::future::pending().await,
            _ => Ok(()),
        }
    }

    async fn fail(&self) -> Result<(), Box<dyn std::error::Error + Send + Sync>> {
        Err("no funds")?
    }
}

fn ending(guard: &Guard) -> std::sync::Arc<dyn Endings> {
    std::sync::Arc::new(guard.wrap(Ending))
}

#[tokio::test(start_paused = true)]
async fn every_end_of_a_body_is_recorded() {
    let log = MemoryLog::new();
    let guard = guard(Behaviour::Allow, &log);
    ending(&guard).end("well").await.unwrap();
    ending(&guard).fail().await.unwrap_err();
    let panicking = ending(&guard);
    tokio::spawn(async move { panicking.end("panic").await }).await.unwrap_err();
    let hanging = ending(&guard);
    let limit = std::time::Duration::from_secs(1);
    tokio::time::timeout(limit, hanging.end("hang")).await.unwrap_err();
    assert_eq!(
        outcomes(&log),
        [Outcome::Completed, Outcome::Failed, Outcome::Panicked, Outcome::Abandoned]
    );
}

#[tokio::test(start_paused = true)]
async fn a_caller_that_goes_away_leaves_a_record_and_no_body() {
    let (log, ran) = (MemoryLog::new(), Ran::default());
    let payments = wrapped(&guard(Behaviour::Hang, &log), &ran);
    let limit = std::time::Duration::from_secs(1);
    tokio::time::timeout(limit, payments.charge("v", 742)).await.unwrap_err();
    assert_eq!(decision(&log).cause, Some(Cause::Cancelled));
    assert_eq!(ran.times(), 0);
}

#[tokio::test]
async fn each_call_asks_anew() {
    let (log, ran) = (MemoryLog::new(), Ran::default());
    let payments = wrapped(&guard(Behaviour::Allow, &log), &ran);
    for _ in 0..3 {
        payments.charge("v", 742).await.unwrap();
    }
    assert_eq!((ran.times(), log.entries().len()), (3, 6));
}
