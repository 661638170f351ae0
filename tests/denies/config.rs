//! C2, C3: what is put together wrongly does not start.

use std::time::Duration;

use failclosed::{
    Authority, Cause, Guard, Request, Subject,
    authority::Answer,
    danger::{AllowEverything, LONGEST_OBSERVATION, ObserveOnly},
    error::ConfigError,
};
use failclosed_tests::{
    Rig,
    authorities::{Says, allow, ask},
};

/// `unwrap_err` shows what it did not expect.
#[derive(Debug)]
struct Nobody;

impl Authority for Nobody {
    fn decide<'a>(&'a self, _: &'a Request<'a>) -> Answer<'a> {
        allow()
    }
}

const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// C3: an environment variable that is set to nothing is no identity (CVE-2020-27780).
#[test]
fn blank_and_broken_ids_are_refused() {
    let long = "x".repeat(513);
    for id in ["", " ", "\t\n", "\u{a0}", " shopper", "shopper\n", "shop\0per", "a\u{1b}[2J", &long]
    {
        let agent = Subject::agent(id);
        assert!(matches!(agent, Err(ConfigError::Id { what: "agent", .. })), "{id:?}");
        let user = Subject::agent("shopper").unwrap().on_behalf_of(id);
        assert!(matches!(user, Err(ConfigError::Id { what: "user", .. })), "{id:?}");
    }
    assert!(Subject::agent("x".repeat(512)).is_ok());
}

#[test]
fn guard_deadlines_that_are_none_are_refused() {
    let subject = || Subject::agent("shopper").unwrap();
    let too_long = DAY + Duration::from_nanos(1);
    for deadline in [Duration::ZERO, too_long, Duration::MAX] {
        let guard = failclosed::danger::unchecked(
            Guard::builder(subject(), Says(allow), failclosed::audit::MemoryLog::new())
                .deadline(deadline),
            "a test",
        );
        assert!(matches!(guard, Err(ConfigError::Deadline { of: "authority" })), "{deadline:?}");
        let guard = failclosed::danger::unchecked(
            Guard::builder(subject(), Says(ask), failclosed::audit::MemoryLog::new())
                .approver(Says(allow), deadline),
            "a test",
        );
        assert!(matches!(guard, Err(ConfigError::Deadline { of: "approver" })), "{deadline:?}");
    }
    for deadline in [Duration::from_nanos(1), DAY] {
        assert!(
            failclosed::danger::unchecked(
                Guard::builder(subject(), Says(allow), failclosed::audit::MemoryLog::new())
                    .deadline(deadline),
                "a test"
            )
            .is_ok()
        );
    }
}

/// A deadline that nothing meets is one that denies.
#[tokio::test]
async fn deadline_of_a_nanosecond_denies() {
    let running = Rig::with(Says(allow)).deadline(Duration::from_nanos(1)).build();
    let denial = running.shop.charge("coachella.com", 742).await.unwrap_err();
    running.denied(&denial, Cause::TimedOut);
}

#[test]
fn context_given_twice_is_refused() {
    let guard = failclosed::danger::unchecked(
        Guard::builder(
            Subject::agent("shopper").unwrap(),
            Says(allow),
            failclosed::audit::MemoryLog::new(),
        )
        .context("session", "1")
        .context("tenant", "2")
        .context("session", "3"),
        "a test",
    );
    assert!(matches!(guard, Err(ConfigError::DuplicateContext { name: "session" })));
}

#[test]
fn danger_without_a_reason_is_refused() {
    for reason in ["", "  ", "\n\t"] {
        let error = AllowEverything::because(reason).unwrap_err();
        assert!(matches!(error, ConfigError::Danger { .. }), "{error:?}");
        let error = ObserveOnly::new(Nobody, reason, DAY).unwrap_err();
        assert!(matches!(error, ConfigError::Danger { .. }), "{error:?}");
    }
}

#[test]
fn observation_without_an_end_is_refused() {
    let too_long = LONGEST_OBSERVATION + Duration::from_nanos(1);
    for lasting in [Duration::ZERO, too_long, Duration::MAX] {
        let error = ObserveOnly::new(Nobody, "a new policy", lasting).unwrap_err();
        assert!(matches!(error, ConfigError::Danger { .. }), "{error:?}");
    }
}

/// What an operator reads says what to change, and shows no `Debug` of anything.
#[test]
fn every_refusal_says_what_to_change() {
    let texts = [
        Subject::agent("").unwrap_err().to_string(),
        AllowEverything::because("").unwrap_err().to_string(),
        ObserveOnly::new(Nobody, "x", Duration::ZERO).unwrap_err().to_string(),
    ];
    assert_eq!(texts[0], "the agent id is blank");
    assert_eq!(texts[1], "refused: a dangerous mode needs a reason");
    assert!(texts[2].contains("at most 7 days"), "{}", texts[2]);
}

/// Ids that look like another's are refused: zero-width and direction marks are not seen.
#[test]
fn an_invisible_character_in_an_id_denies() {
    for unseen in [
        '\u{200b}',
        '\u{202e}',
        '\u{feff}',
        '\u{ad}',
        '\u{61c}',
        '\u{2028}',
        '\u{2029}',
        '\u{3164}',
        '\u{115f}',
        '\u{fe0f}',
        '\u{e0041}',
        '\u{e007f}',
        '\u{fff9}',
        '\u{e000}',
        '\u{0}',
        '\u{85}',
    ] {
        for id in [format!("shop{unseen}per"), format!("shopper{unseen}")] {
            assert!(Subject::agent(&*id).is_err(), "{id:?}");
        }
    }
    assert!(Subject::agent("käufer-7").is_ok());
}
