//! Spans and counts tell what was decided and done; whoever listens to them cannot let a body run.

use std::{
    collections::BTreeMap,
    error::Error,
    future::pending,
    process::Command,
    sync::{
        Arc, OnceLock,
        atomic::{AtomicU64, AtomicUsize, Ordering},
    },
    thread::sleep,
    time::Duration,
};

use failclosed::{
    Cause, Decision, Denial, Guard, NoDecision, Subject,
    audit::MemoryLog,
    authority::{Answer, answer_fn},
    requires_permission,
};
use failclosed_tests::{
    Rig, Shop,
    authorities::{Says, allow, deny, hangs},
    block_on,
    spans::{Callback, Spans},
};
use tokio::task::yield_now;

const DEADLINE: Duration = Duration::from_millis(150);
const TOO_LONG: Duration = Duration::from_millis(300);
const TOKEN: &str = "sk_live_zq42zq42";

#[requires_permission(action = "purchase", guard = shop.guard(), skip(shop))]
async fn declined(shop: &Shop, amount: u64) -> Result<u64, Box<dyn Error + Send + Sync>> {
    shop.ran();
    if amount > 0 { Err("the card was declined".into()) } else { Ok(amount) }
}

#[requires_permission(action = "purchase", guard = shop.guard(), skip(shop))]
async fn endless(shop: &Shop) -> Result<u64, Denial> {
    shop.ran();
    pending().await
}

#[requires_permission(action = "tool", instance = tool, guard = shop.guard(), skip(shop), mask(token))]
async fn call(shop: &Shop, tool: &str, token: &str) -> Result<usize, Denial> {
    shop.ran();
    Ok(tool.len() + token.len())
}

fn slow_allow() -> Answer<'static> {
    Answer::pending(async {
        yield_now().await;
        Ok(Decision::allow())
    })
}

/// Traces what it does itself.
fn traced_allow() -> Answer<'static> {
    Answer::pending(async {
        yield_now().await;
        tracing::info!(target: "test", "asked elsewhere");
        Ok(Decision::allow())
    })
}

/// Within a span of the caller's.
async fn heard<T>(spans: &Spans, call: impl Future<Output = T>) -> T {
    let _listens = tracing::subscriber::set_default(spans.clone());
    let outer = tracing::info_span!(target: "test", "outer");
    let _outer = outer.enter();
    call.await
}

/// What an event that counts says of `name`.
fn counted(spans: &Spans, name: &str) -> Vec<BTreeMap<&'static str, String>> {
    let counts = spans.events().into_iter().map(|(_, fields)| fields);
    counts.filter(|fields| fields.contains_key(name)).collect()
}

/// The number of the caller's span.
const OUTER: Option<u64> = Some(1);

#[tokio::test]
async fn an_allowed_call_has_a_span_for_each_half() {
    for authority in [allow as fn() -> _, traced_allow] {
        let (running, spans) = (Rig::with(Says(authority)).build(), Spans::default());
        heard(&spans, running.shop.charge("coachella.com", 742)).await.unwrap();
        let own = spans.own();
        assert_eq!(
            own.iter().map(|(_, span)| span.name).collect::<Vec<_>>(),
            ["failclosed.decision", "failclosed.body"]
        );
        for (_, span) in &own {
            assert!(span.parent == OUTER && span.is_closed && span.depth == 0, "{span:?}");
            assert_eq!(span.fields["failclosed.action"], "purchase");
            assert_eq!(span.fields["gen_ai.agent.name"], "shopper");
            assert!(!span.fields.contains_key("otel.status_code"), "{span:?}");
            assert!(!span.fields.contains_key("gen_ai.tool.name"), "{span:?}");
        }
        let [decision, body] = [&own[0].1.fields, &own[1].1.fields];
        assert_eq!(decision["failclosed.call"], body["failclosed.call"]);
        assert_eq!(decision["failclosed.verdict"], "allow");
        assert_eq!(decision["otel.name"], "authorize purchase");
        assert_eq!(body["failclosed.outcome"], "completed");
        assert_eq!(body["otel.name"], "execute purchase");
        // What the authority traces, and the decision itself, is in the decision's span.
        let decided = own[0].0;
        for (within, fields) in spans.events() {
            let said = fields.get("message").map(String::as_str);
            if matches!(said, Some("asked elsewhere" | "allowed")) {
                assert_eq!(within, Some(decided), "{fields:?}");
            }
        }
        let count = counted(&spans, "monotonic_counter.failclosed.decisions");
        assert_eq!(count.len(), 1);
        assert_eq!(count[0]["failclosed.verdict"], "allow");
        assert!(count[0]["histogram.failclosed.decision.duration"].parse::<f64>().unwrap() > 0.0);
        assert_eq!(counted(&spans, "histogram.failclosed.body.duration").len(), 1);
    }
}

#[tokio::test]
async fn a_denial_is_an_answer_and_no_error() {
    let unavailable = || Answer::ready(Err(NoDecision::unavailable("connection refused")));
    let cases = [(deny as fn() -> Answer<'static>, "denied"), (unavailable, "unavailable")];
    for (authority, cause) in cases {
        let (running, spans) = (Rig::with(Says(authority)).build(), Spans::default());
        let denial = heard(&spans, running.shop.charge("coachella.com", 742)).await.unwrap_err();
        running.denied(&denial, denial.cause());
        assert_eq!(spans.own().len(), 1);
        let span = spans.one("failclosed.decision");
        assert!(span.is_closed && span.depth == 0, "{span:?}");
        assert_eq!(span.fields["failclosed.verdict"], "deny");
        assert_eq!(span.fields["failclosed.cause"], cause);
        assert!(!span.fields.contains_key("otel.status_code"), "{span:?}");
        let count = counted(&spans, "monotonic_counter.failclosed.decisions");
        assert_eq!(count.len(), 1);
        assert_eq!(count[0]["failclosed.cause"], cause);
        assert!(counted(&spans, "monotonic_counter.failclosed.bodies").is_empty());
    }
}

#[tokio::test]
async fn a_caller_that_goes_away_closes_the_span() {
    let (running, spans) = (Rig::with(Says(hangs)).build(), Spans::default());
    heard(&spans, async {
        tokio::select! {
            biased;
            _ = running.shop.charge("coachella.com", 742) => panic!("it never answers"),
            () = yield_now() => {}
        }
    })
    .await;
    running.cancelled();
    let span = spans.one("failclosed.decision");
    assert!(span.is_closed && span.depth == 0, "{span:?}");
    assert_eq!(span.fields["failclosed.cause"], "cancelled");
}

#[tokio::test]
async fn a_body_that_fails_is_an_error() {
    let (running, spans) = (Rig::with(Says(allow)).build(), Spans::default());
    let failed = heard(&spans, declined(&running.shop, 742)).await.unwrap_err();
    assert_eq!(failed.to_string(), "the card was declined");
    let body = spans.one("failclosed.body").fields;
    assert_eq!(
        [&body["failclosed.outcome"], &body["error.type"], &body["otel.status_code"]],
        ["failed", "failed", "ERROR"]
    );

    // What an abandoned body did is not known: that is no error yet.
    let spans = Spans::default();
    heard(&spans, async {
        tokio::select! {
            biased;
            _ = endless(&running.shop) => panic!("it never ends"),
            () = yield_now() => {}
        }
    })
    .await;
    let body = spans.one("failclosed.body");
    assert_eq!(body.fields["failclosed.outcome"], "abandoned");
    assert!(body.is_closed && !body.fields.contains_key("otel.status_code"), "{body:?}");
}

#[tokio::test]
async fn tools_have_the_names_of_the_draft_and_masked_values_are_not_there() {
    let quotes = answer_fn(|request| {
        let token: String = request.argument("token").unwrap();
        Decision::deny(format!("not with {token}")).into()
    });
    for running in [Rig::with(Says(allow)).build(), Rig::with(quotes).build()] {
        let spans = Spans::default();
        let called = heard(&spans, call(&running.shop, "git.push", TOKEN)).await;
        let text = spans.text();
        assert!(!text.contains(TOKEN) && text.contains("git.push"), "{text}");
        let decision = spans.one("failclosed.decision").fields;
        assert_eq!(decision["gen_ai.tool.name"], "git.push");
        assert_eq!(decision["otel.name"], "authorize tool");
        if called.is_ok() {
            let body = spans.one("failclosed.body").fields;
            assert_eq!(body["gen_ai.operation.name"], "execute_tool");
            assert_eq!(body["otel.name"], "execute_tool git.push");
        }
        // The series of a metric do not grow with the tools that are asked for.
        for count in counted(&spans, "monotonic_counter.failclosed.decisions") {
            assert_eq!(count["failclosed.action.kind"], "tool");
            assert!(!format!("{count:?}").contains("git.push"), "{count:?}");
        }
    }
}

/// Each of a subscriber's callbacks between the question and the body, at its worst.
const BEFORE_THE_BODY: [Callback; 7] = [
    Callback::New("failclosed.decision"),
    Callback::New("failclosed.body"),
    Callback::Record,
    Callback::Enter,
    Callback::Exit,
    Callback::Close,
    Callback::Event,
];

#[tokio::test]
async fn a_subscriber_that_blocks_anywhere_denies() {
    for at in BEFORE_THE_BODY {
        for authority in [allow as fn() -> _, slow_allow] {
            let running = Rig::with(Says(authority)).deadline(DEADLINE).build();
            let inside = Arc::new(AtomicUsize::new(0));
            let count = Arc::clone(&inside);
            let spans = Spans::that(move |callback| {
                if callback == at && count.fetch_add(1, Ordering::SeqCst) < 2 {
                    sleep(TOO_LONG);
                }
            });
            let _listens = tracing::subscriber::set_default(spans.clone());
            let denial = running.shop.charge("coachella.com", 742).await.unwrap_err();
            assert!(inside.load(Ordering::SeqCst) > 0, "{at:?}: nothing blocked");
            assert_eq!((denial.cause(), running.shop.bodies()), (Cause::TimedOut, 0), "{at:?}");
            for (_, span) in spans.own() {
                assert!(span.is_closed && span.depth == 0, "{at:?}: {span:?}");
                if span.name == "failclosed.body" {
                    assert_eq!(span.fields["failclosed.outcome"], "withheld", "{at:?}");
                    assert_eq!(span.fields["failclosed.cause"], "timed_out", "{at:?}");
                }
            }
        }
    }
}

#[tokio::test]
async fn a_subscriber_that_panics_anywhere_changes_nothing() {
    for at in BEFORE_THE_BODY {
        for (authority, bodies) in [(allow as fn() -> _, 1), (slow_allow, 1), (deny, 0)] {
            let running = Rig::with(Says(authority)).build();
            let spans = Spans::that(move |callback| assert_ne!(callback, at, "a test"));
            let charged = {
                let _listens = tracing::subscriber::set_default(spans);
                running.shop.charge("coachella.com", 742).await
            };
            let ran = (usize::from(charged.is_ok()), running.shop.bodies());
            assert_eq!(ran, (bodies, bodies), "{at:?}: {charged:?}");
            running.repair();
            running.healthy().await;
        }
    }
}

/// A value that a subscriber changes is another one than was allowed.
#[tokio::test]
async fn what_changes_while_a_span_begins_or_ends_denies() {
    #[requires_permission(action = "purchase", guard = shop.guard(), args(amount = amount), skip(shop))]
    async fn charge(shop: &Shop, amount: &AtomicU64) -> Result<(), Denial> {
        let _seen = amount;
        shop.ran();
        Ok(())
    }
    for at in [Callback::Record, Callback::Close, Callback::New("failclosed.body")] {
        let running = Rig::with(Says(allow)).build();
        let amount = Arc::new(AtomicU64::new(1_000));
        let changed = Arc::clone(&amount);
        let spans = Spans::that(move |callback| {
            if callback == at {
                sleep(Duration::from_millis(1));
                changed.store(74_200, Ordering::SeqCst);
            }
        });
        let _listens = tracing::subscriber::set_default(spans);
        let denial = charge(&running.shop, &amount).await.unwrap_err();
        assert_eq!((denial.cause(), running.shop.bodies()), (Cause::Malformed, 0), "{at:?}");
    }
}

/// Set for a copy of this program that runs one test alone.
const ALONE: &str = "FAILCLOSED_TESTS_ALONE";

static GUARD: OnceLock<Guard> = OnceLock::new();
static CALLS: AtomicUsize = AtomicUsize::new(0);

/// A subscriber of the whole process: `tracing` does not keep that one from being called by itself.
#[test]
fn alone_a_subscriber_calls() {
    if std::env::var_os(ALONE).is_none() {
        return;
    }
    let subject = Subject::agent("shopper").unwrap();
    let builder = Guard::builder(subject, Says(allow), MemoryLog::new());
    GUARD.set(failclosed::danger::unchecked(builder, "a test").unwrap()).unwrap();
    let shop = || Shop::new(GUARD.get().unwrap().clone());
    let spans = Spans::that(move |callback| {
        assert!(CALLS.fetch_add(1, Ordering::SeqCst) < 1_000, "{callback:?} without end");
        let inner = shop();
        let denial = block_on(inner.charge("coachella.com", 1)).unwrap_err();
        assert_eq!((denial.cause(), inner.bodies()), (Cause::NotConfigured, 0));
    });
    tracing::subscriber::set_global_default(spans).unwrap();
    let shop = Shop::new(GUARD.get().unwrap().clone());
    block_on(shop.charge("coachella.com", 742)).unwrap();
    let calls = CALLS.load(Ordering::SeqCst);
    assert!((10..200).contains(&calls), "{calls} calls from a subscriber");
}

#[test]
fn a_subscriber_that_calls_is_refused_and_is_not_told_of_that_without_end() {
    let mut copy = Command::new(std::env::current_exe().unwrap());
    copy.args(["--exact", "--nocapture", "telemetry::alone_a_subscriber_calls"]).env(ALONE, "1");
    let output = copy.output().unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && !said.contains("panicked"), "{said}");
    assert!(String::from_utf8_lossy(&output.stdout).contains("1 passed"), "{output:?}");
}
