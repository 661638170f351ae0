//! A sub-agent's guard ends with what it came from: a guard, a session's guard, a scope.

use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

use failclosed::{
    Authority, Cause, Denial, Guard, Subject, audit::MemoryLog, authority::Answer, danger,
    requires_permission,
};
use failclosed_tests::{
    Shop,
    authorities::{Says, allow, allow_after},
    decisions,
};

fn agent(id: &str) -> Subject {
    Subject::agent(id).unwrap()
}

fn guard(authority: impl Authority + 'static, log: &MemoryLog) -> Guard {
    danger::unchecked(Guard::builder(agent("shopper"), authority, log.clone()), "a test").unwrap()
}

fn ended(denial: &Denial, log: &MemoryLog) {
    assert_eq!(denial.cause(), Cause::NotConfigured, "{denial:?}");
    assert_eq!(denial.reason(), "the guard that this sub-agent's came from is gone");
    let record = decisions(log).pop().unwrap();
    assert_eq!((record.verdict, record.call), ("deny", denial.call_id().to_string()));
    assert!(record.subject.delegated_by().len() > 0);
}

#[tokio::test]
async fn with_the_last_clone_of_the_guard() {
    let log = MemoryLog::new();
    let top = guard(Says(allow), &log);
    let (clone, shop) = (top.clone(), Shop::new(top.delegate(agent("clerk"))));
    let below = Shop::new(shop.guard().delegate(agent("below")));
    shop.charge("coachella.com", 742).await.unwrap();
    drop(top);
    shop.charge("coachella.com", 742).await.unwrap();
    below.charge("coachella.com", 742).await.unwrap();
    drop(clone);
    for shop in [&shop, &below] {
        ended(&shop.charge("coachella.com", 742).await.unwrap_err(), &log);
    }
    assert_eq!((shop.bodies(), below.bodies()), (2, 1));
    // Nor does what is made of it now.
    let later = Shop::new(shop.guard().delegate(agent("later")));
    ended(&later.charge("coachella.com", 742).await.unwrap_err(), &log);
}

/// A session's guard is one of its own, although another one was there before it.
#[tokio::test]
async fn with_the_session() {
    let log = MemoryLog::new();
    let top = guard(Says(allow), &log);
    for session in [
        top.for_subject(agent("session")),
        top.asking(Says(allow), Duration::from_secs(1)).unwrap(),
        top.with_context("session", "s-1").unwrap(),
    ] {
        let shop = Shop::new(session.delegate(agent("clerk")));
        shop.charge("coachella.com", 742).await.unwrap();
        drop(session);
        ended(&shop.charge("coachella.com", 742).await.unwrap_err(), &log);
        assert_eq!(shop.bodies(), 1);
    }
}

/// Also between the question and the body: the yes comes too late for it.
#[tokio::test]
async fn while_a_call_is_being_decided() {
    let log = MemoryLog::new();
    let top = guard(Says(|| allow_after(Duration::from_millis(50))), &log);
    let shop = Shop::new(top.delegate(agent("clerk")));
    let (answered, ()) = tokio::join!(shop.charge("coachella.com", 742), async {
        tokio::time::sleep(Duration::from_millis(10)).await;
        drop(top);
    });
    ended(&answered.unwrap_err(), &log);
    assert_eq!(shop.bodies(), 0);
}

/// Also where nothing is waited for: the authority's own code ends it, and says yes.
#[tokio::test]
async fn while_its_authority_answers_at_once() {
    let log = MemoryLog::new();
    let kept: Arc<Mutex<Option<Guard>>> = Arc::default();
    let ends = Arc::clone(&kept);
    let top = guard(
        Says(move || {
            drop(ends.lock().unwrap().take());
            allow()
        }),
        &log,
    );
    let shop = Shop::new(top.delegate(agent("clerk")));
    *kept.lock().unwrap() = Some(top);
    ended(&shop.charge("coachella.com", 742).await.unwrap_err(), &log);
    assert_eq!(shop.bodies(), 0);
}

#[requires_permission(action = "work", skip(shop))]
async fn work(shop: Shop) -> Result<(), Denial> {
    shop.ran();
    Ok(())
}

/// What a running task delegates ends with its scope, also where the guard that was scoped lives on; what
/// it hands on as itself does not, as ever.
#[tokio::test]
async fn with_the_scope_that_lent_it() {
    let log = MemoryLog::new();
    let top = guard(Says(allow), &log);
    let shop = Shop::new(top.clone());
    let kept: Arc<Mutex<Vec<Guard>>> = Arc::default();
    let (keep, inside) = (Arc::clone(&kept), shop.clone());
    top.scope(async move {
        let delegate = Guard::current().delegate(agent("clerk"));
        work(inside.clone()).await.unwrap();
        // In a task of its own, while the scope waits for it.
        let task = tokio::spawn(delegate.scope(work(inside.clone())));
        task.await.unwrap().unwrap();
        // A yield lies between two polls of a scope: it is the scope that counts, and not the poll.
        tokio::task::yield_now().await;
        delegate.scope(work(inside.clone())).await.unwrap();
        keep.lock().unwrap().extend([delegate, Guard::current()]);
    })
    .await;
    assert_eq!(shop.bodies(), 3);
    let [delegate, lent] =
        <[Guard; 2]>::try_from(std::mem::take(&mut *kept.lock().unwrap())).unwrap();
    ended(&delegate.scope(work(shop.clone())).await.unwrap_err(), &log);
    let late = lent.delegate(agent("late"));
    ended(&late.scope(work(shop.clone())).await.unwrap_err(), &log);
    assert_eq!(shop.bodies(), 3);
    lent.scope(work(shop.clone())).await.unwrap();
    assert_eq!(shop.bodies(), 4);
}

/// Of two in a chain, the second ends with the first, though the scope that lent to both goes on.
#[tokio::test]
async fn with_a_delegate_of_a_scope_that_goes_on() {
    let log = MemoryLog::new();
    let top = guard(Says(allow), &log);
    let shop = Shop::new(top.clone());
    let inside = shop.clone();
    let scoped = top.scope(async move {
        let first = Guard::current().delegate(agent("clerk"));
        let second = first.delegate(agent("runner"));
        second.scope(work(inside.clone())).await.unwrap();
        drop(first);
        second.scope(work(inside.clone())).await.unwrap_err()
    });
    ended(&scoped.await, &log);
    assert_eq!(shop.bodies(), 1);
}

/// A scope that is dropped half-way is over too.
#[tokio::test]
async fn with_a_scope_that_is_dropped() {
    let log = MemoryLog::new();
    let top = guard(Says(allow), &log);
    let shop = Shop::new(top.clone());
    let (sent, received) = tokio::sync::oneshot::channel();
    let scope = tokio::spawn(top.scope(async move {
        let _sent = sent.send(Guard::current().delegate(agent("clerk")));
        std::future::pending::<()>().await;
    }));
    let delegate = received.await.unwrap();
    delegate.scope(work(shop.clone())).await.unwrap();
    scope.abort();
    assert!(scope.await.unwrap_err().is_cancelled());
    ended(&delegate.scope(work(shop.clone())).await.unwrap_err(), &log);
    assert_eq!(shop.bodies(), 1);
}

/// It has its parent's deadline, and cannot have another.
#[tokio::test(start_paused = true)]
async fn its_deadline_is_its_parents() {
    let log = MemoryLog::new();
    let builder = Guard::builder(
        agent("shopper"),
        Says(|| Answer::pending(std::future::pending())),
        log.clone(),
    );
    let builder = builder.deadline(Duration::from_millis(30));
    let top = danger::unchecked(builder, "a test").unwrap();
    let shop = Shop::new(top.delegate(agent("clerk")));
    let began = tokio::time::Instant::now();
    let denial = shop.charge("coachella.com", 742).await.unwrap_err();
    assert_eq!((denial.cause(), shop.bodies()), (Cause::TimedOut, 0));
    assert!(began.elapsed() < Duration::from_secs(1), "{:?}", began.elapsed());
    assert_eq!(decisions(&log).pop().unwrap().cause, Some(Cause::TimedOut));
}
