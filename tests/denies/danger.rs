//! The escape hatches say what they are, in every record, and end.

use std::time::Duration;

use failclosed::{
    Authority, Cause, Decision, all_of,
    danger::{AllowEverything, ObserveOnly},
    error::SelfCheckError,
};
use failclosed_tests::{
    Events, Rig, Running,
    authorities::{Says, allow, ask, deny, error, hangs, panics},
    block_on, decisions,
};

const HOUR: Duration = Duration::from_secs(3600);

fn observing(authority: impl Authority + 'static) -> impl Authority + 'static {
    ObserveOnly::new(authority, "trying the new policy", HOUR).unwrap()
}

fn stamp(running: &Running) -> String {
    decisions(&running.log).pop().unwrap().danger.unwrap()
}

#[test]
fn allow_everything_is_stamped_into_every_record() {
    let authority = AllowEverything::because("a demo without a network").unwrap();
    let running = Rig::with(authority).build();
    let (result, events) = Events::during(|| block_on(running.shop.charge("coachella.com", 742)));
    assert_eq!(result.unwrap(), 742);
    assert_eq!(stamp(&running), "allow everything: a demo without a network");
    let warning = events.iter().find(|event| event.contains("a demo without a network")).unwrap();
    assert!(warning.starts_with("WARN"), "{events:?}");
}

#[tokio::test]
async fn observe_only_is_stamped_with_what_it_hides() {
    for (authority, would) in [
        (deny as fn() -> failclosed::authority::Answer<'static>, "would deny: over the limit"),
        (ask, "would ask: really buy it?"),
        (error, "no decision: connection refused"),
    ] {
        let running = Rig::with(observing(Says(authority))).build();
        running.shop.charge("coachella.com", 742).await.unwrap();
        assert_eq!(stamp(&running), format!("observe only: trying the new policy; {would}"));
    }
    // A yes is a yes.
    let running = Rig::with(observing(Says(allow))).build();
    running.healthy().await;
    assert!(decisions(&running.log)[0].danger.is_none());
}

/// Observing is no way past a hang, a panic or a sink.
#[tokio::test(start_paused = true)]
async fn observe_only_that_fails_itself_denies() {
    Rig::with(observing(Says(hangs))).denies(Cause::TimedOut).await;
    Rig::with(observing(Says(panics))).denies(Cause::Unavailable).await;
}

/// It ends by itself, and then the authority's word counts again.
#[tokio::test]
async fn observation_that_is_over_denies() {
    let brief = Duration::from_millis(100);
    let authority = ObserveOnly::new(Says(deny), "trying the new policy", brief).unwrap();
    let running = Rig::with(authority).build();
    running.shop.charge("coachella.com", 742).await.unwrap();
    assert_eq!(running.shop.bodies(), 1);
    std::thread::sleep(brief);
    let denial = running.shop.charge("coachella.com", 742).await.unwrap_err();
    assert_eq!((denial.cause(), running.shop.bodies()), (Cause::Denied, 1));
}

/// Beside another authority it allows nothing by itself.
#[tokio::test]
async fn danger_in_a_set_denies() {
    let lax = || AllowEverything::because("a demo").unwrap();
    Rig::with(all_of(lax(), Says(deny))).denies(Cause::Denied).await;
    Rig::with(all_of(lax(), Says(ask))).denies(Cause::NeedsApproval).await;
    // And where all allow, the stamp is there.
    let running = Rig::with(all_of(lax(), Says(allow))).build();
    running.shop.charge("coachella.com", 742).await.unwrap();
    assert_eq!(stamp(&running), "allow everything: a demo");
}

/// A person's yes to another member's question does not wash the stamp off.
#[tokio::test]
async fn danger_in_a_set_is_stamped_after_an_approval_too() {
    let set = || all_of(observing(Says(deny)), Says(ask));
    for set in [set(), all_of(set(), Says(allow)), all_of(Says(ask), set())] {
        let running = Rig::with(set).approver(Says(allow), HOUR).build();
        running.shop.charge("coachella.com", 742).await.unwrap();
        assert!(stamp(&running).contains("would deny: over the limit"), "{}", stamp(&running));
    }
}

/// Whoever checks itself at start-up does not start with one.
#[tokio::test]
async fn danger_fails_the_self_check() {
    let running = Rig::with(AllowEverything::because("a demo").unwrap()).build();
    let error = running.shop.guard().self_check().await.unwrap_err();
    assert!(matches!(error, SelfCheckError::Danger { .. }), "{error}");
    let canary = Says(|| Decision::deny("nothing may").into());
    let running = Rig::with(observing(canary)).build();
    let error = running.shop.guard().self_check().await.unwrap_err();
    assert!(matches!(error, SelfCheckError::Danger { .. }), "{error}");
}
