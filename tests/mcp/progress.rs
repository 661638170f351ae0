//! A client that waits hears that its call is alive, for as long as its person is asked.

use std::time::Duration;

use failclosed::mcp::SealedApprovals;
use failclosed_tests::authorities::{Says, allow, allow_after, ask};
use serde_json::{Value, json};
use tokio::time::sleep;

use crate::raw::{Desk, Era, Raw, accepted, blocked, order};

const TICK: Duration = Duration::from_millis(40);

fn approvals() -> SealedApprovals {
    SealedApprovals::in_process().unwrap().progress_interval(TICK)
}

fn with_token(token: &Value) -> Value {
    json!({"_meta": {"progressToken": token}})
}

/// Reads until `is_it`; the progress that was reported before it.
async fn reports(raw: &mut Raw, is_it: impl Fn(&Value) -> bool) -> (Vec<Value>, Value) {
    let mut seen = Vec::new();
    loop {
        let message = raw.until(|_| true).await;
        if is_it(&message) {
            return (seen, message);
        }
        if message["method"] == "notifications/progress" {
            seen.push(message["params"].clone());
        }
    }
}

/// Everything that comes until the server has answered a ping.
async fn until_quiet(raw: &mut Raw) -> Vec<Value> {
    raw.send(&[json!({"jsonrpc": "2.0", "id": "ping", "method": "ping"})]).await;
    reports(raw, |message| message["id"] == "ping").await.0
}

/// Under the token of the call, greater each time, with words that tell nothing; and not one more
/// behind the answer, whatever the answer is.
#[tokio::test]
async fn progress_is_reported_while_a_person_is_asked() {
    let answers = [accepted(), json!({"action": "decline"}), json!(["accept"])];
    for (token, answer) in [json!("p1"), json!(7), json!("p1")].iter().zip(answers) {
        let desk = Desk::with(approvals());
        let mut raw = Raw::connect(&desk, Era::Waits).await;
        let (id, call) = raw.calling(order(), with_token(token));
        raw.send(&[call]).await;
        let (before, question) =
            reports(&mut raw, |message| message["method"] == "elicitation/create").await;
        assert!(before.is_empty(), "{before:?}");
        sleep(TICK * 5).await;
        let yes = answer == accepted();
        raw.send(&[json!({"jsonrpc": "2.0", "id": question["id"], "result": answer})]).await;
        let is_result = |message: &Value| message["id"] == id && message["method"].is_null();
        let (said, result) = reports(&mut raw, is_result).await;
        assert!(said.len() >= 3, "{said:?}");
        let mut last = 0.0;
        for report in &said {
            assert_eq!(report["progressToken"], *token);
            let progress = report["progress"].as_f64().unwrap();
            assert!(progress > last, "{said:?}");
            last = progress;
            assert_eq!(report["message"], "waiting for a person to answer");
        }
        assert_eq!(result["result"]["isError"], !yes, "{result}");
        sleep(TICK * 3).await;
        assert_eq!(until_quiet(&mut raw).await, Vec::<Value>::new());
        assert_eq!(desk.shop.bodies(), usize::from(yes));
    }
}

/// One call, two questions: progress that began again would be less than it was.
#[tokio::test]
async fn progress_grows_over_all_questions_of_a_call() {
    let desk = Desk::with(approvals());
    let mut raw = Raw::connect(&desk, Era::Waits).await;
    let mut more = with_token(&json!("p"));
    more["name"] = json!("buy_carefully");
    let (id, call) = raw.calling(order(), more);
    raw.send(&[call]).await;
    let mut said = Vec::new();
    for _ in 0..2 {
        let asks = |message: &Value| message["method"] == "elicitation/create";
        let (reported, question) = reports(&mut raw, asks).await;
        said.extend(reported);
        sleep(TICK * 4).await;
        raw.send(&[json!({"jsonrpc": "2.0", "id": question["id"], "result": accepted()})]).await;
    }
    let (reported, result) =
        reports(&mut raw, |message| message["id"] == id && message["method"].is_null()).await;
    said.extend(reported);
    assert_eq!((&result["result"]["isError"], desk.shop.bodies()), (&json!(false), 1), "{result}");
    let progress: Vec<_> = said.iter().map(|report| report["progress"].as_f64().unwrap()).collect();
    assert!(progress.len() >= 4 && progress.is_sorted_by(|one, next| one < next), "{progress:?}");
}

/// Only then: not while an authority thinks, not without a token, and not where the call is over.
#[tokio::test]
async fn progress_is_reported_at_no_other_time() {
    let desk = Desk::of("alice", Says(|| allow_after(TICK * 4)), approvals());
    let mut raw = Raw::connect(&desk, Era::Waits).await;
    let (id, call) = raw.calling(order(), with_token(&json!("p")));
    raw.send(&[call]).await;
    let (said, _) = reports(&mut raw, |message| message["id"] == id).await;
    assert_eq!((said.len(), desk.shop.bodies()), (0, 1));

    let desk = Desk::of("alice", Says(ask), approvals().patience(TICK * 4));
    let mut raw = Raw::connect(&desk, Era::Waits).await;
    for odd in [json!({}), with_token(&json!(null)), with_token(&json!(["p"]))] {
        let (id, call) = raw.calling(order(), odd);
        raw.send(&[call]).await;
        let is_result = |message: &Value| message["id"] == id && message["method"].is_null();
        let (said, result) = reports(&mut raw, is_result).await;
        assert!(said.is_empty(), "{said:?}");
        blocked(&result["result"], "timed_out");
    }
    // A client that has given up.
    let (id, call) = raw.calling(order(), with_token(&json!("gone")));
    raw.send(&[call]).await;
    raw.question().await;
    let cancelled = json!({"requestId": id, "reason": "changed my mind"});
    raw.send(&[
        json!({"jsonrpc": "2.0", "method": "notifications/cancelled", "params": cancelled}),
    ])
    .await;
    until_quiet(&mut raw).await;
    sleep(TICK * 3).await;
    assert_eq!(until_quiet(&mut raw).await, Vec::<Value>::new());
    assert_eq!(desk.shop.bodies(), 0);

    let desk = Desk::of("alice", Says(ask), approvals());
    let mut raw = Raw::connect(&desk, Era::Travels).await;
    let (id, mut call) = raw.calling(order(), json!({}));
    call["params"]["_meta"]["progressToken"] = json!("p");
    raw.send(&[call]).await;
    let (said, reply) = reports(&mut raw, |message| message["id"] == id).await;
    assert_eq!((said.len(), &reply["result"]["resultType"]), (0, &json!("input_required")));
    sleep(TICK * 3).await;
    assert_eq!(until_quiet(&mut raw).await, Vec::<Value>::new());
}

/// A client that hears nothing gives up by itself: it is told in time. One that hears something has the
/// patience that was set.
#[tokio::test]
async fn patience_depends_on_whether_the_client_hears_anything() {
    let short = TICK * 3;
    let approvals = approvals().patience(TICK * 40).silent_patience(short);
    let desk = Desk::of("alice", Says(ask), approvals);
    let mut raw = Raw::connect(&desk, Era::Waits).await;
    let silent = raw.call(order(), json!({})).await;
    blocked(&silent, "timed_out");
    let detail = failclosed_tests::decisions(&desk.log)[0].detail.clone().unwrap();
    assert_eq!(detail, format!("no answer within {short:?}"));

    let (id, call) = raw.calling(order(), with_token(&json!("p")));
    raw.send(&[call]).await;
    let question = raw.question().await;
    sleep(short * 3).await;
    raw.send(&[json!({"jsonrpc": "2.0", "id": question["id"], "result": accepted()})]).await;
    assert_eq!(raw.result(id).await["isError"], false);
    assert_eq!((desk.shop.bodies(), desk.decided()), (1, vec!["timed_out".into(), "allow".into()]));
}

/// The defaults fit the minute that clients have by default; and what cannot be is refused.
#[tokio::test]
async fn the_defaults_fit_and_nothing_else_is_taken() {
    use failclosed::mcp::{DEFAULT_PATIENCE, DEFAULT_PROGRESS_INTERVAL, DEFAULT_SILENT_PATIENCE};
    let clients = Duration::from_secs(60);
    assert!(DEFAULT_SILENT_PATIENCE <= clients * 3 / 4);
    assert!(DEFAULT_PROGRESS_INTERVAL <= clients / 4 && DEFAULT_PATIENCE > clients);
    let guard = Desk::of("alice", Says(allow), approvals()).shop.guard().clone();
    let day = Duration::from_secs(24 * 60 * 60 + 1);
    for odd in [Duration::ZERO, Duration::from_nanos(1), day] {
        for approvals in [approvals().patience(odd), approvals().silent_patience(odd)] {
            let guards = failclosed::mcp::CallerGuards::new(guard.clone());
            assert!(guards.with_approvals(approvals).is_err(), "{odd:?}");
        }
    }
    for odd in [Duration::ZERO, day] {
        let guards = failclosed::mcp::CallerGuards::new(guard.clone());
        assert!(guards.with_approvals(approvals().progress_interval(odd)).is_err(), "{odd:?}");
    }
}
