//! A gate that cannot say no does not start (GHSA-hm46-7j72-rpv9).

use std::time::Duration;

use failclosed::{
    Authority, Cause, Decision, Guard, Request, Subject,
    authority::Answer,
    error::{ConfigError, SelfCheckError, StartError},
    guard::GuardBuilder,
};
use failclosed_tests::{
    Rig,
    authorities::{Says, allow, ask, deny, error, hangs, panics},
    decisions,
    sinks::{self, Sink},
};

fn builder(authority: impl Authority + 'static) -> GuardBuilder {
    Guard::builder(Subject::agent("shopper").unwrap(), authority)
}

fn unanswered(error: StartError, cause: Cause) {
    let StartError::SelfCheck(SelfCheckError::NoAnswer(denial)) = error else {
        panic!("{error}");
    };
    assert_eq!((denial.cause(), denial.action()), (cause, Request::CANARY));
}

#[tokio::test]
async fn canary_that_is_allowed_does_not_start() {
    let error = builder(Says(allow)).start().await.unwrap_err();
    assert!(matches!(error, StartError::SelfCheck(SelfCheckError::CanaryAllowed)), "{error}");
    assert!(error.to_string().contains(Request::CANARY));
}

#[tokio::test(start_paused = true)]
async fn canary_that_is_not_answered_does_not_start() {
    unanswered(builder(Says(error)).start().await.unwrap_err(), Cause::Unavailable);
    unanswered(builder(Says(panics)).start().await.unwrap_err(), Cause::Unavailable);
    unanswered(builder(Says(hangs)).start().await.unwrap_err(), Cause::TimedOut);
    let unconfigured = Guard::unconfigured("nobody").self_check().await.unwrap_err();
    unanswered(StartError::SelfCheck(unconfigured), Cause::NotConfigured);
}

/// A log that takes nothing is found out before the first purchase is, by a no that it did not
/// take: only an allow waits for its record, so the self check passes and the first call denies.
#[tokio::test]
async fn canary_with_a_refusing_log_starts_and_the_first_call_denies() {
    let guard = builder(Picky).audit(Sink(sinks::refuses)).start().await.unwrap();
    let shop = failclosed_tests::Shop::new(guard);
    let denial = shop.charge("coachella.com", 742).await.unwrap_err();
    assert_eq!((denial.cause(), shop.bodies()), (Cause::Unrecorded, 0));
}

#[tokio::test]
async fn canary_that_is_denied_starts() {
    let guard = builder(Picky).start().await.unwrap();
    let shop = failclosed_tests::Shop::new(guard);
    assert_eq!(shop.charge("coachella.com", 742).await.unwrap(), 742);
    builder(Says(deny)).start().await.unwrap();
    builder(Says(ask)).start().await.unwrap();
}

/// No person is woken by a start-up.
#[tokio::test]
async fn canary_is_not_shown_to_a_person() {
    let running = Rig::with(Says(ask)).approver(Says(panics), Duration::from_secs(60)).build();
    running.shop.guard().self_check().await.unwrap();
    let [decision] = &decisions(&running.log)[..] else { panic!("one decision") };
    assert_eq!(
        (decision.action.as_str(), decision.cause),
        (Request::CANARY, Some(Cause::NeedsApproval))
    );
}

/// And what was put together wrongly is not even asked.
#[tokio::test]
async fn start_refuses_what_build_refuses() {
    let error = builder(Says(panics)).deadline(Duration::ZERO).start().await.unwrap_err();
    assert!(matches!(error, StartError::Config(ConfigError::Deadline { .. })), "{error}");
}

struct Picky;

impl Authority for Picky {
    fn decide<'a>(&'a self, request: &'a Request<'a>) -> Answer<'a> {
        if request.action() == "purchase" {
            Decision::allow().into()
        } else {
            Decision::deny("unknown action").into()
        }
    }
}
