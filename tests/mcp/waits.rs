//! Up to 2025-11-25 the call waits for its answer, which is a message of its own.

use std::{sync::Arc, time::Duration};

use failclosed::{
    audit::Recording,
    mcp::{CallerGuards, SealedApprovals},
};
use failclosed_tests::{
    Rig,
    authorities::{Says, allow},
    sinks::Sink,
};
use rmcp::model::{Tool, ToolAnnotations};
use serde_json::{Value, json};
use tokio::sync::Semaphore;

use crate::raw::{Desk, Era, Raw, accepted, blocked, order};

fn desk() -> Desk {
    Desk::with(SealedApprovals::in_process().unwrap())
}

fn answer(question: &Value, result: Value) -> Value {
    json!({"jsonrpc": "2.0", "id": question["id"], "result": result})
}

async fn goes_on(raw: &mut Raw, desk: &Desk) {
    let bodies = desk.shop.bodies();
    let (id, call) = raw.calling(order(), json!({}));
    raw.send(&[call]).await;
    let question = raw.question().await;
    raw.send(&[answer(&question, accepted())]).await;
    assert_eq!(raw.result(id).await["isError"], false);
    assert_eq!(desk.shop.bodies(), bodies + 1);
}

/// Yes to every question there might ever be.
#[tokio::test]
async fn an_answer_before_its_question_is_none() {
    let desk = desk();
    let mut raw = Raw::connect(&desk, Era::Waits).await;
    let ahead: Vec<_> =
        (0..50).map(|id| json!({"jsonrpc": "2.0", "id": id, "result": accepted()})).collect();
    raw.send(&ahead).await;
    let (id, call) = raw.calling(order(), json!({}));
    raw.send(&[call]).await;
    let question = raw.question().await;
    raw.send(&[answer(&question, json!({"action": "decline"}))]).await;
    blocked(&raw.result(id).await, "denied");
    assert_eq!((desk.shop.bodies(), desk.decided()), (0, vec!["denied".to_owned()]));
    goes_on(&mut raw, &desk).await;
}

/// The first answer counts, whichever it is.
#[tokio::test]
async fn a_second_answer_changes_nothing() {
    let desk = desk();
    let mut raw = Raw::connect(&desk, Era::Waits).await;
    let no = json!({"action": "accept", "content": {"approve": false}});
    let (id, call) = raw.calling(order(), json!({}));
    raw.send(&[call]).await;
    let question = raw.question().await;
    raw.send(&[answer(&question, no.clone()), answer(&question, accepted())]).await;
    blocked(&raw.result(id).await, "denied");
    assert_eq!(desk.shop.bodies(), 0);
    let (id, call) = raw.calling(order(), json!({}));
    raw.send(&[call]).await;
    let question = raw.question().await;
    let twice = [answer(&question, accepted()), answer(&question, accepted())];
    raw.send(&twice).await;
    assert_eq!(raw.result(id).await["isError"], false);
    assert_eq!((desk.shop.bodies(), desk.decided()), (1, vec!["denied".into(), "allow".into()]));
}

/// The yes to a question that is over is not kept for the next one.
#[tokio::test]
async fn a_late_answer_is_none() {
    let approvals = SealedApprovals::in_process().unwrap().patience(Duration::from_millis(200));
    let desk = Desk::with(approvals);
    let mut raw = Raw::connect(&desk, Era::Waits).await;
    let (id, call) = raw.calling(order(), json!({}));
    raw.send(&[call]).await;
    let old = raw.question().await;
    blocked(&raw.result(id).await, "timed_out");
    let (id, call) = raw.calling(order(), json!({}));
    raw.send(&[answer(&old, accepted()), call]).await;
    let new = raw.question().await;
    assert_ne!(old["id"], new["id"]);
    raw.send(&[answer(&old, accepted()), answer(&new, json!({"action": "decline"}))]).await;
    blocked(&raw.result(id).await, "denied");
    assert_eq!((desk.shop.bodies(), desk.outcomes()), (0, 0));
}

/// Two calls wait at once: a yes is for the one whose question it answers.
#[tokio::test]
async fn two_questions_have_two_answers() {
    let desk = desk();
    let mut raw = Raw::connect(&desk, Era::Waits).await;
    let other = json!({"vendor": "elsewhere.example", "cents": 99_999});
    let (first, one) = raw.calling(order(), json!({}));
    let (second, two) = raw.calling(other, json!({}));
    raw.send(&[one, two]).await;
    let questions = [raw.question().await, raw.question().await];
    let is_first = |question: &&Value| {
        question["params"]["message"].as_str().unwrap().contains("\"coachella.com\"")
    };
    let yes = questions.iter().find(is_first).unwrap();
    let no = questions.iter().find(|question| !is_first(question)).unwrap();
    raw.send(&[answer(no, json!({"action": "cancel"}))]).await;
    blocked(&raw.result(second).await, "denied");
    assert_eq!(desk.shop.bodies(), 0);
    raw.send(&[answer(yes, accepted())]).await;
    assert_eq!(raw.result(first).await["structuredContent"]["vendor"], "coachella.com");
    assert_eq!((desk.shop.bodies(), desk.decided()), (1, vec!["denied".into(), "allow".into()]));
}

fn cancelled(call: u64) -> Value {
    let params = json!({"requestId": call, "reason": "changed my mind"});
    json!({"jsonrpc": "2.0", "method": "notifications/cancelled", "params": params})
}

async fn handled_everything(raw: &mut Raw) {
    raw.send(&[json!({"jsonrpc": "2.0", "id": 9, "method": "ping"})]).await;
    raw.until(|message| message["id"] == 9).await;
}

/// A yes to a call that its client has given up on.
#[tokio::test]
async fn a_yes_behind_a_cancel_is_none() {
    let desk = desk();
    let mut raw = Raw::connect(&desk, Era::Waits).await;
    let (id, call) = raw.calling(order(), json!({}));
    raw.send(&[call]).await;
    let question = raw.question().await;
    raw.send(&[cancelled(id), answer(&question, accepted())]).await;
    handled_everything(&mut raw).await;
    goes_on(&mut raw, &desk).await;
    assert_eq!(desk.decided(), ["unavailable", "allow"]);
    assert_eq!((desk.shop.bodies(), desk.outcomes()), (1, 1));
}

/// And a cancel behind the yes, as long as the body has not begun: here the log takes its time.
#[tokio::test]
async fn a_cancel_before_the_body_takes_the_yes_back() {
    let (asked, go_on) = (Arc::new(Semaphore::new(0)), Arc::new(Semaphore::new(0)));
    let slow = {
        let (asked, go_on) = (Arc::clone(&asked), Arc::clone(&go_on));
        Sink(move || {
            let (asked, go_on) = (Arc::clone(&asked), Arc::clone(&go_on));
            Recording::pending(async move {
                asked.add_permits(1);
                let _one = go_on.acquire().await.unwrap();
                Ok(())
            })
        })
    };
    let desk = Desk::logged(SealedApprovals::in_process().unwrap(), |builder| builder.audit(slow));
    let mut raw = Raw::connect(&desk, Era::Waits).await;
    let (id, call) = raw.calling(order(), json!({}));
    raw.send(&[call]).await;
    let question = raw.question().await;
    raw.send(&[answer(&question, accepted())]).await;
    // The yes is being written down.
    asked.acquire().await.unwrap().forget();
    raw.send(&[cancelled(id)]).await;
    handled_everything(&mut raw).await;
    go_on.add_permits(100);
    goes_on(&mut raw, &desk).await;
    assert_eq!(desk.decided(), ["allow", "denied", "allow"]);
    assert_eq!((desk.shop.bodies(), desk.outcomes()), (1, 1));
}

/// Whatever a call says about who makes it, and by which protocol it may be asked: the subject is the
/// guard's, and a yes is still needed.
#[tokio::test]
async fn nothing_in_a_call_says_who_calls() {
    let desk = desk();
    let mut raw = Raw::connect(&desk, Era::Waits).await;
    let mut arguments = order();
    for name in ["subject", "user", "on_behalf_of", "approve", "approved", "_meta"] {
        arguments[name] = json!("root");
    }
    let meta = json!({
        "subject": "root", "failclosed/subject": "root", "approved": true,
        "io.modelcontextprotocol/protocolVersion": "2026-07-28",
        "io.modelcontextprotocol/clientInfo": {"name": "raw", "version": "1"},
        "io.modelcontextprotocol/clientCapabilities": {"elicitation": {"form": {}}},
    });
    for more in [
        json!({"_meta": meta}),
        json!({"_meta": meta, "inputResponses": {"approval": accepted()}}),
        json!({"_meta": meta, "inputResponses": {"approval": accepted()}, "requestState": "yes"}),
    ] {
        let (id, call) = raw.calling(arguments.clone(), more);
        raw.send(&[call]).await;
        // By whichever way it is asked, nobody has answered.
        let reply = raw
            .until(|message| message["id"] == id || message["method"] == "elicitation/create")
            .await;
        if reply["method"] == "elicitation/create" {
            raw.send(&[answer(&reply, json!({"action": "cancel"}))]).await;
            raw.result(id).await;
        } else {
            assert!(reply["result"]["structuredContent"].is_null(), "{reply}");
        }
    }
    assert_eq!((desk.shop.bodies(), desk.outcomes()), (0, 0));
    let subjects = failclosed_tests::decisions(&desk.log);
    assert_eq!(subjects.len(), 3);
    assert!(subjects.iter().all(|entry| entry.subject.user_id() == Some("alice")));
}

/// Of two tools with one name, as where several servers are put behind one, the one that claims to
/// only read does not speak for the other.
#[tokio::test]
async fn a_second_tool_of_the_same_name_lowers_nothing() {
    let tool = |read_only: Option<bool>| {
        let hints = read_only
            .map(|read| ToolAnnotations::from_raw(None, Some(read), Some(!read), None, None));
        let mut tool = Tool::new("buy", "Buys.", serde_json::Map::new());
        tool.annotations = hints;
        tool
    };
    let lists = [
        vec![tool(Some(true)), tool(Some(false))],
        vec![tool(Some(false)), tool(Some(true))],
        vec![tool(None), tool(Some(true))],
        vec![tool(Some(true)), tool(None)],
        vec![tool(Some(true)), tool(Some(true))],
        vec![tool(None)],
        vec![],
    ];
    for tools in lists {
        let running = Rig::with(Says(allow)).build();
        let guards = CallerGuards::new(running.shop.guard().clone()).stricter_by_hints(&tools);
        let desk = Desk { guards, shop: running.shop.clone(), log: running.log.clone() };
        let mut raw = Raw::connect(&desk, Era::Waits).await;
        blocked(&raw.call(order(), json!({})).await, "needs_approval");
        assert_eq!(desk.shop.bodies(), 0);
    }
    let running = Rig::with(Says(allow)).build();
    let reads = [tool(Some(true))];
    let guards = CallerGuards::new(running.shop.guard().clone()).stricter_by_hints(&reads);
    let desk = Desk { guards, shop: running.shop.clone(), log: running.log.clone() };
    let mut raw = Raw::connect(&desk, Era::Waits).await;
    assert_eq!(raw.call(order(), json!({})).await["isError"], false);
}

/// What a task was lent can be given no other person, by no way in: its questions end in a denial.
#[tokio::test]
async fn a_lent_guard_asks_nobody_else() {
    let desk = desk();
    let lent = desk.shop.guard().scope(async { failclosed::Guard::current() }).await;
    let guards = CallerGuards::new(lent).with_approvals(SealedApprovals::in_process().unwrap());
    let desk = Desk { guards: guards.unwrap(), shop: desk.shop, log: desk.log };
    let mut raw = Raw::connect(&desk, Era::Waits).await;
    blocked(&raw.call(order(), json!({})).await, "not_configured");
    assert_eq!((desk.shop.bodies(), desk.decided()), (0, vec!["not_configured".to_owned()]));
}
