//! Where a guard is put together.

use std::time::Duration;

use failclosed::{
    Authority, Decision, all_of,
    audit::{FileStore, Writer},
    authority::{Answer, answer_fn},
    danger::{self, AllowEverything, ObserveOnly},
    error::{ConfigError, SelfCheckError, StartError},
    guard::Probe,
};

use super::{Till, builder, purchase, shopper};

struct Denies;

impl Authority for Denies {
    fn decide<'a>(&'a self, _: &'a failclosed::Request<'a>) -> Answer<'a> {
        Decision::deny("no").into()
    }
}

// stopped by: a refused start
/// "We only look what it would deny, until Friday", left in beside the real policies.
#[tokio::test]
async fn observe_only_is_left_in() {
    let observed = ObserveOnly::new(Denies, "until friday", Duration::from_secs(60)).unwrap();
    let refused = builder(all_of(Denies, observed)).start().await.unwrap_err();
    assert!(matches!(refused, StartError::SelfCheck(SelfCheckError::Danger { .. })), "{refused}");
}

// stopped by: a refused start
/// The demo's authority in production.
#[tokio::test]
async fn the_demos_authority_is_left_in() {
    let demo = AllowEverything::because("a demo").unwrap();
    let refused = builder(all_of(Denies, demo)).start().await.unwrap_err();
    assert!(refused.to_string().contains("allow everything: a demo"), "{refused}");
}

// stopped by: a refused start
/// An escape hatch without a reason, because the form wants one.
#[test]
fn an_escape_hatch_without_a_reason() {
    for refused in [
        danger::unchecked(builder(Denies), "").map(drop),
        danger::unrecorded("  ").map(drop),
        AllowEverything::because("").map(drop),
    ] {
        assert!(matches!(refused, Err(ConfigError::Danger { .. })), "{refused:?}");
    }
}

// stopped by: a refused start
/// A list of what is forbidden, in which the one thing that matters is misspelled.
#[tokio::test]
async fn a_deny_list_with_a_slip_of_the_pen() {
    let deny_list = answer_fn(|request: &failclosed::Request<'_>| match request.resource() {
        Some(on) if on.id() == "casino.exmaple" => Decision::deny("no casinos").into(),
        _ => Decision::allow().into(),
    });
    let casino = Probe::new("purchase").resource(&("Vendor", "casino.example"));
    let refused = builder(deny_list).probe(casino).start().await.unwrap_err();
    assert!(refused.to_string().contains("`purchase` on \"casino.example\""), "{refused}");
}

// stopped by: a refused start
/// A deadline that is "off".
#[tokio::test]
async fn a_deadline_that_never_passes() {
    for deadline in [Duration::ZERO, Duration::MAX] {
        let refused = builder(Denies).deadline(deadline).start().await.unwrap_err();
        let is_told = matches!(refused, StartError::Config(ConfigError::Deadline { .. }));
        assert!(is_told, "{refused}");
    }
}

// stopped by: a refused start
/// Two processes that write one log.
#[test]
fn two_writers_of_one_log() {
    let directory = std::env::temp_dir().join(format!("failclosed-misuse-{}", std::process::id()));
    let first = Writer::open(FileStore::open(&directory).unwrap()).unwrap();
    let second = FileStore::open(&directory);
    drop(first);
    std::fs::remove_dir_all(&directory).unwrap();
    assert!(second.is_err());
}

// stopped by: a refused start
/// The same fact under one name twice: which of the two would a policy read?
#[tokio::test]
async fn a_fact_that_is_told_twice() {
    let twice = builder(Denies).context("session", "s-1").context("session", "s-2");
    let refused = twice.start().await.unwrap_err();
    let is_told = matches!(refused, StartError::Config(ConfigError::DuplicateContext { .. }));
    assert!(is_told, "{refused}");
}

// stopped by: nothing
/// A second guard elsewhere in the program, with an authority that is laxer: a guard is as strict as
/// what it was given. `cargo failclosed check` lists each use of `danger`, and of honest authorities none.
#[tokio::test]
async fn a_second_laxer_guard() {
    let lax = answer_fn(|request: &failclosed::Request<'_>| match request.is_self_check() {
        true => Decision::deny("nobody may").into(),
        false => Decision::allow().into(),
    });
    let (strict, lax) =
        (builder(Denies).start().await.unwrap(), builder(lax).start().await.unwrap());
    let till = Till::default();
    drop(strict.scope(purchase(&till, 74_200)).await.unwrap_err());
    lax.scope(purchase(&till, 74_200)).await.unwrap();
    assert_eq!(till.charged(), 74_200);
    // The same agent in every record.
    assert_eq!(lax.subject().agent_id(), shopper().agent_id());
}
