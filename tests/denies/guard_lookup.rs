//! A11, C1: which guard asks, and that no guard is a no. The installed guard has tests of its own,
//! in processes of their own.

use std::{
    future::Future as _,
    sync::{Arc, Mutex},
    task::{Context, Waker},
};

use failclosed::{
    __private_0_1_0::{Asking, Entry, enter},
    Authority, Cause, Denial, Guard, HasGuard, Subject,
    audit::MemoryLog,
    error::ConfigError,
    requires_permission,
};
use failclosed_tests::{
    Events, Rig, Shop,
    authorities::{Says, allow, ask, deny},
    block_on, decisions,
};

#[requires_permission(action = "purchase", skip(shop))]
async fn charge(shop: &Shop) -> Result<(), Denial> {
    shop.ran();
    Ok(())
}

fn guard_of(agent: &str, authority: impl Authority + 'static) -> (Guard, MemoryLog) {
    let log = MemoryLog::new();
    let subject = Subject::agent(agent).unwrap();
    (
        failclosed::danger::unchecked(Guard::builder(subject, authority, log.clone()), "a test")
            .unwrap(),
        log,
    )
}

/// C1: nobody is configured, so there is no log either: the event is the record.
#[test]
fn no_guard_denies() {
    let running = Rig::with(Says(allow)).build();
    let (result, events) = Events::during(|| block_on(charge(&running.shop)));
    let denial = result.unwrap_err();
    assert_eq!((denial.cause(), running.shop.bodies()), (Cause::NotConfigured, 0));
    let text = denial.to_string();
    assert!(text.starts_with("Permission check unavailable. Action blocked. ("), "{text}");
    assert!(!denial.may_pass_later());
    assert_eq!(events.len(), 1, "{events:?}");
    for part in ["WARN", "not_configured", "purchase", "denied"] {
        assert!(events[0].contains(part), "{events:?}");
    }
    // And inside a scope the same executor works.
    block_on(running.shop.guard().scope(charge(&running.shop))).unwrap();
    assert_eq!(running.shop.bodies(), 1);
}

/// C1: a guard that was never put together is one that denies.
#[tokio::test]
async fn unconfigured_guard_denies() {
    let shop = Shop::new(Guard::unconfigured("the config file is missing"));
    let denial = shop.charge("coachella.com", 742).await.unwrap_err();
    assert_eq!((denial.cause(), shop.bodies()), (Cause::NotConfigured, 0));
    assert_eq!(denial.detail(), Some("the config file is missing"));
}

/// The guard of another agent has its own answer, and the record names who really acted.
#[tokio::test]
async fn guard_of_another_agent_denies() {
    let (alice, alices) = guard_of("alice", Says(allow));
    let (mallory, mallorys) = guard_of("mallory", Says(deny));
    let shop = Shop::new(alice.clone());

    alice.scope(charge(&shop)).await.unwrap();
    let denial = mallory.scope(charge(&shop)).await.unwrap_err();
    assert_eq!((denial.cause(), shop.bodies()), (Cause::Denied, 1));
    let agents = |log| -> Vec<_> {
        decisions(log).iter().map(|entry| entry.subject.agent_id().to_owned()).collect()
    };
    assert_eq!(
        (agents(&alices), agents(&mallorys)),
        (vec!["alice".into()], vec!["mallory".into()])
    );
}

/// The innermost scope counts, narrower or wider, and ends where it ends.
#[tokio::test]
async fn nested_scopes_each_ask_their_own_guard_and_deny() {
    let (open, _) = guard_of("open", Says(allow));
    let (closed, log) = guard_of("closed", Says(deny));
    let shop = Shop::new(open.clone());
    open.scope(async {
        charge(&shop).await.unwrap();
        closed
            .scope(async {
                assert_eq!(charge(&shop).await.unwrap_err().cause(), Cause::Denied);
                open.scope(charge(&shop)).await.unwrap();
                assert_eq!(charge(&shop).await.unwrap_err().cause(), Cause::Denied);
            })
            .await;
        charge(&shop).await.unwrap();
    })
    .await;
    assert_eq!((shop.bodies(), decisions(&log).len()), (3, 2));
}

/// The guard is looked up when the call is first polled, in the task that polls it, and kept.
#[tokio::test]
async fn future_carried_out_of_its_scope_denies() {
    let (open, _) = guard_of("open", Says(allow));
    let shop = Shop::new(open.clone());
    let mut carried = None;
    open.scope(async { carried = Some(charge(&shop)) }).await;
    assert_eq!(carried.unwrap().await.unwrap_err().cause(), Cause::NotConfigured);
    assert_eq!(shop.bodies(), 0);
}

/// `self`'s guard counts for a method, whatever scope it is called in.
#[tokio::test]
async fn scope_around_a_method_does_not_replace_its_guard_and_denies() {
    let (open, opened) = guard_of("open", Says(allow));
    let running = Rig::with(Says(deny)).build();
    let denial = open.scope(running.shop.charge("coachella.com", 742)).await.unwrap_err();
    running.denied(&denial, Cause::Denied);
    assert!(opened.entries().is_empty());
}

/// A11: a spawned task has lost its scope.
#[tokio::test]
async fn scope_lost_by_spawn_denies() {
    let (open, _) = guard_of("open", Says(allow));
    let shop = Shop::new(open.clone());
    open.scope(async {
        let lost = shop.clone();
        let denial = tokio::spawn(async move { charge(&lost).await }).await.unwrap().unwrap_err();
        assert_eq!((denial.cause(), shop.bodies()), (Cause::NotConfigured, 0));
        assert!(denial.detail().unwrap().contains("Guard::current().scope"));
        // Handed on, it is there.
        let kept = shop.clone();
        let work = async move { charge(&kept).await };
        tokio::spawn(Guard::current().scope(work)).await.unwrap().unwrap();
    })
    .await;
    assert_eq!(shop.bodies(), 1);
}

/// A11: so has a blocking one.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn scope_lost_by_spawn_blocking_denies() {
    let (open, _) = guard_of("open", Says(allow));
    let shop = Shop::new(open.clone());
    let lost = shop.clone();
    let blocking = move || block_on(charge(&lost));
    let denial = open
        .scope(async { tokio::task::spawn_blocking(blocking).await.unwrap().unwrap_err() })
        .await;
    assert_eq!((denial.cause(), shop.bodies()), (Cause::NotConfigured, 0));
}

/// `guard = expr` and `HasGuard` find the guard through whatever points at it.
#[tokio::test]
async fn guard_behind_a_pointer_denies() {
    let (closed, log) = guard_of("closed", Says(deny));
    let boxed = Box::new(Arc::new(closed));
    assert_eq!(boxed.guard().subject().agent_id(), "closed");
    #[requires_permission(action = "purchase", guard = guard, skip(guard))]
    async fn pay(guard: &impl HasGuard) -> Result<(), Denial> {
        panic!("the body ran under {:?}", guard.guard())
    }
    assert_eq!(pay(&boxed).await.unwrap_err().cause(), Cause::Denied);
    assert_eq!(decisions(&log).len(), 1);
}

/// A `LocalSet` that is polled inside a scope runs other tasks there; they are not that agent.
#[tokio::test]
async fn task_driven_inside_anothers_scope_denies() {
    let (admin, admins) = guard_of("admin", Says(allow));
    let shop = Shop::new(admin.clone());
    let set = tokio::task::LocalSet::new();
    let body = shop.clone();
    let task = set.spawn_local(async move { charge(&body).await });
    let denial = admin.scope(set.run_until(task)).await.unwrap().unwrap_err();
    assert_eq!((denial.cause(), shop.bodies()), (Cause::NotConfigured, 0));
    assert!(decisions(&admins).is_empty(), "asked in another agent's name");
}

/// Also what generated code finds is lent: code below a scope that calls it by hand chooses neither who
/// acts nor who says yes.
#[tokio::test]
async fn what_generated_code_finds_cannot_be_changed() {
    let running = Rig::with(Says(ask)).build();
    let found = async {
        let found = failclosed::__private_0_1_0::current();
        let patience = std::time::Duration::from_secs(1);
        let refused = found.asking(Says(allow), patience).unwrap_err();
        assert!(matches!(refused, ConfigError::Lent), "{refused}");
        let refused = found.with_context("role", "owner").unwrap_err();
        assert!(matches!(refused, ConfigError::Lent), "{refused}");
        let refused = found.clone().install().unwrap_err();
        assert!(matches!(refused, ConfigError::Lent), "{refused}");
        let admin = found.for_subject(Subject::agent("admin").unwrap());
        admin.scope(charge(&running.shop)).await.unwrap_err()
    };
    let denial = running.shop.guard().scope(found).await;
    let [refused] = &decisions(&running.log)[..] else { panic!("one record") };
    assert_eq!((denial.cause(), refused.cause), (Cause::NotConfigured, Some(Cause::NotConfigured)));
    assert_eq!((refused.subject.agent_id(), running.shop.bodies()), ("unknown", 0));
    // As it was found, it is the guard that it was.
    let found = running.shop.guard().scope(async { failclosed::__private_0_1_0::current() }).await;
    let denial = found.scope(charge(&running.shop)).await.unwrap_err();
    assert_eq!((denial.cause(), running.shop.bodies()), (Cause::NeedsApproval, 0));
}

/// What a scoped future holds is dropped under the scope's guard, whether or not it has begun: its `Drop`
/// asks as the agent whose work it was.
#[tokio::test]
async fn what_a_scope_holds_is_dropped_under_its_guard() {
    struct Tells(Arc<Mutex<Vec<String>>>);
    impl Drop for Tells {
        fn drop(&mut self) {
            let agent = Guard::current().subject().agent_id().to_owned();
            self.0.lock().unwrap().push(agent);
        }
    }
    let told = Arc::new(Mutex::new(Vec::new()));
    let (shopper, _) = guard_of("shopper", Says(allow));
    let held = Tells(Arc::clone(&told));
    drop(shopper.scope(async move { drop(held) }));
    let held = Tells(Arc::clone(&told));
    let mut begun = Box::pin(shopper.scope(async move {
        std::future::pending::<()>().await;
        drop(held);
    }));
    assert!(begun.as_mut().poll(&mut Context::from_waker(Waker::noop())).is_pending());
    drop(begun);
    assert_eq!(*told.lock().unwrap(), ["shopper", "shopper"]);
}

/// Whoever prints a guard sees whose it is, and nothing of what it asks.
#[tokio::test]
async fn a_guard_shows_whose_it_is() {
    let subject = Subject::agent("shopper").unwrap();
    let builder = Guard::builder(subject, Says(allow), MemoryLog::new());
    let shown = format!("{builder:?}");
    assert!(shown.starts_with("GuardBuilder {") && shown.contains("shopper"), "{shown}");
    let guard = failclosed::danger::unchecked(builder, "a test").unwrap();
    let shown = format!("{guard:?}");
    assert!(shown.starts_with("Guard {") && shown.contains("shopper"), "{shown}");
    let asking = Asking::new(&guard, Entry::named("purchase"), &|_| {});
    let call = enter(&asking).await.unwrap();
    let shown = format!("{call:?}");
    assert!(shown.starts_with("Call(") && shown.ends_with("`purchase`)"), "{shown}");
}
