//! A gate that cannot say no does not start (GHSA-hm46-7j72-rpv9).

use std::time::Duration;

use failclosed::{
    Action, Authority, Cause, Decision, Guard, Request, Subject,
    audit::MemoryLog,
    authority::{Answer, all_of, answer_fn, first_match},
    danger::{self, AllowEverything, ObserveOnly},
    error::{ConfigError, SelfCheckError, StartError},
    guard::{GuardBuilder, Probe},
};
use failclosed_tests::{
    Rig,
    authorities::{Says, allow, ask, deny, error, hangs, panics},
    decisions,
    sinks::{self, Sink},
};

fn builder(authority: impl Authority + 'static) -> GuardBuilder {
    Guard::builder(Subject::agent("shopper").unwrap(), authority, MemoryLog::new())
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

/// A log that takes nothing is found out before the first purchase is, by a no that it did not take.
#[tokio::test(start_paused = true)]
async fn a_log_that_takes_nothing_does_not_start() {
    for sink in [sinks::refuses, sinks::panics, sinks::hangs] {
        let error = builder(Picky).audit(Sink(sink)).start().await.unwrap_err();
        let StartError::SelfCheck(SelfCheckError::NotRecorded { detail }) = error else {
            panic!("{error}");
        };
        assert!(!detail.is_empty());
    }
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

/// Allows whatever it does not forbid: an honest authority, which cannot know the canary.
fn deny_list() -> impl Authority {
    answer_fn(|request: &Request<'_>| match request.resource() {
        Some(on) if on.id() == "casino.example" => Decision::deny("no casinos").into(),
        _ => Decision::allow().into(),
    })
}

fn casino() -> Probe {
    Probe::new("purchase").resource(&("Vendor", "casino.example")).argument("cents", 1)
}

#[tokio::test]
async fn a_deny_list_starts_by_what_it_forbids() {
    let error = builder(deny_list()).start().await.unwrap_err();
    assert!(error.to_string().contains("help: if it allows all"), "{error}");
    let log = MemoryLog::new();
    let guard = builder(deny_list()).audit(log.clone()).probe(casino()).start().await.unwrap();
    let [asked] = &decisions(&log)[..] else { panic!("one question") };
    assert_eq!(
        (asked.action.as_str(), asked.verdict, asked.cause, asked.self_check),
        ("purchase", "deny", Some(Cause::Denied), true)
    );
    assert_eq!(asked.resource, Some((Some("Vendor".into()), "casino.example".into())));
    assert_eq!(asked.arguments, serde_json::json!({ "cents": 1 }));
    // And the same words in a call are a call.
    let shop = failclosed_tests::Shop::new(guard);
    assert_eq!(shop.charge("coachella.com", 742).await.unwrap(), 742);
    assert!(!decisions(&log)[1].self_check);
}

#[derive(Debug, Action)]
#[action(name = "purchase", resource = vendor)]
struct Purchase {
    vendor: String,
    cents: u64,
}

#[tokio::test]
async fn what_a_probe_is_allowed_does_not_start() {
    let purchase = |vendor: &str| Purchase { vendor: vendor.to_owned(), cents: 1 };
    builder(deny_list()).probe(purchase("casino.example")).start().await.unwrap();
    for probe in [
        Probe::from(purchase("books.example")),
        Probe::from(purchase("casino.example")).resource("books.example"),
        Probe::new("purchase"),
    ] {
        let shown = probe.to_string();
        // The others do not make up for it.
        let started = builder(deny_list()).probe(casino()).probe(probe).start().await;
        let Err(StartError::SelfCheck(SelfCheckError::ProbeAllowed { probe })) = started else {
            panic!("{started:?}");
        };
        assert_eq!(probe, shown);
    }
}

/// An authority that always says yes, and one that is not there, are found out by a probe too.
#[tokio::test(start_paused = true)]
async fn a_probe_finds_out_what_the_canary_finds_out() {
    let lax = builder(Says(allow)).probe(casino()).start().await.unwrap_err();
    assert!(matches!(lax, StartError::SelfCheck(SelfCheckError::ProbeAllowed { .. })), "{lax}");
    let down: [(Cause, fn() -> Answer<'static>); 2] =
        [(Cause::Unavailable, error), (Cause::TimedOut, hangs)];
    for (cause, authority) in down {
        let refused = builder(Says(authority)).probe(casino()).start().await.unwrap_err();
        let StartError::SelfCheck(SelfCheckError::NoAnswer(denial)) = refused else {
            panic!("{refused}");
        };
        assert_eq!((denial.cause(), denial.action()), (cause, "purchase"));
    }
    // A person is not woken, and a question to one is a no.
    let asks = builder(Says(ask)).approver(Says(panics), Duration::from_secs(60));
    asks.probe(casino()).start().await.unwrap();
}

/// A no from somebody else does not hide that a dangerous mode has its say.
#[tokio::test]
async fn a_dangerous_mode_does_not_start_unseen() {
    let lax = || AllowEverything::because("a test").unwrap();
    let observing = || ObserveOnly::new(Says(deny), "a test", Duration::from_secs(60)).unwrap();
    let first = || first_match(["purchase"], Picky).unwrap().on(["refund"], observing()).unwrap();
    let beside = || first_match(["purchase"], deny_list()).unwrap().on(["refund"], lax()).unwrap();
    for (builder, stamp) in [
        (builder(lax()), "allow everything: a test"),
        (builder(all_of(Picky, lax())), "allow everything: a test"),
        (builder(all_of(lax(), Picky)), "allow everything: a test"),
        (builder(observing()), "observe only: a test"),
        (builder(all_of(Picky, observing())), "observe only: a test"),
        (builder(first()), "observe only: a test"),
        (builder(all_of(Picky, lax())).probe(casino()), "allow everything: a test"),
        // Not the one that the probe is for.
        (builder(first()).probe(Probe::new("chat")), "observe only: a test"),
        (builder(beside()).probe(casino()), "allow everything: a test"),
    ] {
        let started = builder.start().await;
        let Err(StartError::SelfCheck(SelfCheckError::Danger { stamp: found })) = started else {
            panic!("{started:?}");
        };
        assert_eq!(found, stamp);
    }
    danger::unchecked(builder(lax()), "a test").unwrap();
    let blank = danger::unchecked(builder(lax()), " ").unwrap_err();
    assert!(matches!(blank, ConfigError::Danger { .. }), "{blank}");
}

/// What an authority says of an action that another one decides is not looked at.
#[tokio::test]
async fn a_probe_is_answered_by_whom_it_is_for() {
    type Verdict = fn() -> Answer<'static>;
    let first = |others: Verdict| {
        first_match(["purchase"], deny_list()).unwrap().on(["refund"], Says(others)).unwrap()
    };
    for others in [allow as Verdict, error, panics, ask] {
        builder(first(others)).probe(casino()).start().await.unwrap();
    }
    let wrong = builder(first(deny)).probe(Probe::new("purchase")).start().await;
    assert!(matches!(
        wrong.unwrap_err(),
        StartError::SelfCheck(SelfCheckError::ProbeAllowed { .. })
    ));
}

/// Where there is no `await` at start-up.
#[test]
fn a_guard_starts_without_a_runtime() {
    builder(Picky).start_blocking().unwrap();
    // One that needs a timer has one.
    let slow = failclosed::authority_fn(async |_| {
        tokio::time::sleep(Duration::from_millis(5)).await;
        Ok(Decision::deny("no"))
    });
    builder(slow).start_blocking().unwrap();
    let error = builder(Says(allow)).start_blocking().unwrap_err();
    assert!(matches!(error, StartError::SelfCheck(SelfCheckError::CanaryAllowed)), "{error}");
    let hanging = builder(Says(hangs)).deadline(Duration::from_millis(50));
    unanswered(hanging.start_blocking().unwrap_err(), Cause::TimedOut);
}

#[tokio::test]
async fn a_thread_of_a_runtime_is_not_blocked() {
    let error = builder(Picky).start_blocking().unwrap_err();
    assert!(matches!(error, StartError::NoThread { .. }), "{error}");
    assert!(error.to_string().contains("help: use `.start().await`"), "{error}");
}

/// A guard that is to have no log says so, and records in that of the process alone.
#[tokio::test]
async fn no_log_takes_a_reason() {
    let blank = danger::unrecorded("").unwrap_err();
    assert!(matches!(blank, ConfigError::Danger { .. }), "{blank}");
    let subject = Subject::agent("shopper").unwrap();
    let guard = Guard::builder(subject, Picky, danger::unrecorded("a test").unwrap());
    let shop = failclosed_tests::Shop::new(guard.start().await.unwrap());
    assert_eq!(shop.charge("coachella.com", 742).await.unwrap(), 742);
}

/// A rule that reads an argument has no answer to the canary, which has none: the error says what has.
#[tokio::test]
async fn a_rule_that_reads_an_argument_is_told_what_to_do() {
    let limit = || {
        answer_fn(|request: &Request<'_>| match request.argument::<u64>("cents") {
            Ok(0..=100) => Decision::allow().into(),
            Ok(_) => deny(),
            Err(why) => why.into(),
        })
    };
    let error = builder(limit()).start().await.unwrap_err();
    assert!(error.to_string().contains("\nhelp: say no to an action that"), "{error}");
    unanswered(error, Cause::Malformed);
    let probe = Probe::new("purchase").argument("cents", 101_u64);
    builder(limit()).probe(probe).start().await.unwrap();
}

/// A probe is asked for with the arguments of its value and those behind them, and what the value masks is
/// masked on record.
#[tokio::test]
async fn a_probe_has_all_of_its_arguments() {
    #[derive(Action)]
    #[action(name = "login")]
    struct Login {
        user: &'static str,
        #[action(mask)]
        token: &'static str,
    }
    let log = MemoryLog::new();
    let authority = answer_fn(|request: &Request<'_>| {
        let user = request.argument::<String>("user");
        let (token, cents) =
            (request.argument::<String>("token"), request.argument::<u64>("cents"));
        let all = (user.unwrap(), token.unwrap(), cents.unwrap());
        assert_eq!(all, ("alice".into(), "sk_live_42".into(), 742));
        Decision::deny("nobody may").into()
    });
    let probe = Probe::from(Login { user: "alice", token: "sk_live_42" }).argument("cents", 742);
    let shown = format!("{probe:?}");
    assert!(shown.contains("login") && !shown.contains("sk_live_42"), "{shown}");
    let guard = Guard::builder(Subject::agent("shopper").unwrap(), authority, log.clone());
    guard.probe(probe).start().await.unwrap();
    let arguments = format!("{:?}", decisions(&log)[0].arguments);
    assert!(arguments.contains("alice") && arguments.contains("742"), "{arguments}");
    assert!(!arguments.contains("sk_live_42"), "{arguments}");
}
