//! "The user is notified": once, after the record, and whatever becomes of the notice.

use std::sync::{
    Arc, Mutex,
    atomic::{AtomicUsize, Ordering},
};

use failclosed::{Cause, Denial, Request, Subject};
use failclosed_tests::{
    Rig, Shop,
    authorities::{Says, allow, deny, error, hangs},
    decisions,
};

type Told = Arc<Mutex<Vec<String>>>;

fn tells(told: &Told) -> impl failclosed::guard::Observer + 'static {
    let told = Arc::clone(told);
    move |request: &Request<'_>, denial: &Denial| {
        assert_eq!(request.id(), denial.call_id());
        told.lock().unwrap().push(format!("{}: {denial}", request.subject().agent_id()));
    }
}

#[tokio::test(start_paused = true)]
async fn observer_is_told_of_each_denial_once() {
    for (authority, cause) in [
        (deny as fn() -> failclosed::authority::Answer<'static>, Cause::Denied),
        (error, Cause::Unavailable),
        (hangs, Cause::TimedOut),
    ] {
        let told = Told::default();
        let rig = Rig::with(Says(authority)).more(|builder| builder.observer(tells(&told)));
        let proof = rig.denies(cause).await;
        // The healthy call after it told nobody.
        assert_eq!(*told.lock().unwrap(), [format!("shopper: {}", proof.denial)]);
    }
}

#[tokio::test]
async fn observer_is_not_told_of_an_allow() {
    let told = Told::default();
    let running = Rig::with(Says(allow)).more(|builder| builder.observer(tells(&told))).build();
    running.healthy().await;
    assert!(told.lock().unwrap().is_empty());
}

/// It learns of what is on record already.
#[tokio::test]
async fn observer_is_told_after_the_record() {
    let seen = Arc::new(AtomicUsize::new(usize::MAX));
    let log = failclosed::audit::MemoryLog::new();
    let (inner, at) = (log.clone(), Arc::clone(&seen));
    let observer = move |_: &Request<'_>, _: &Denial| {
        at.store(decisions(&inner).len(), Ordering::SeqCst);
    };
    Rig::with(Says(deny))
        .more(|builder| builder.audit(log).observer(observer))
        .denies(Cause::Denied)
        .await;
    assert_eq!(seen.load(Ordering::SeqCst), 1);
}

/// One that panics hurts neither the denial nor the next one.
#[tokio::test]
async fn observer_that_panics_denies() {
    let told = Told::default();
    let panics = |_: &Request<'_>, _: &Denial| panic!("boom in the observer");
    Rig::with(Says(deny))
        .more(|builder| builder.observer(panics).observer(tells(&told)))
        .denies(Cause::Denied)
        .await;
    assert_eq!(told.lock().unwrap().len(), 1);
}

/// Also of what a guard denies that was to be more than the one it came from.
#[tokio::test]
async fn observer_is_told_of_a_delegation_that_was_refused() {
    let told = Told::default();
    let rig = Rig::with(Says(allow)).more(|builder| builder.observer(tells(&told)));
    let running = rig.build();
    let bobs = Subject::agent("clerk").unwrap().on_behalf_of("bob").unwrap();
    let refused = Shop::new(running.shop.guard().delegate(bobs));
    let denial = refused.charge("coachella.com", 742).await.unwrap_err();
    assert_eq!((denial.cause(), refused.bodies()), (Cause::NotConfigured, 0));
    assert_eq!(*told.lock().unwrap(), [format!("unknown: {denial}")]);
}
