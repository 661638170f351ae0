//! What is an answer to a form and what is not, in the client's own bytes.

use failclosed::mcp::SealedApprovals;
use serde_json::{Value, json};

use crate::raw::{Desk, Era, Raw, accepted, asked, blocked, order};

fn desk() -> Desk {
    Desk::with(SealedApprovals::in_process().unwrap())
}

/// Not one of them is a yes, though a derived decoder reads one in some.
fn odd() -> Vec<Value> {
    let approve = || json!({"approve": true});
    let beside = |key: &str, value: Value| {
        let mut yes = accepted();
        yes[key] = value;
        yes
    };
    vec![
        json!(["accept", approve(), null]),
        json!(["accept", approve(), {"a": 1}]),
        json!({"action": {"accept": null}, "content": approve()}),
        json!({"action": ["accept"], "content": approve()}),
        json!({"action": "Accept", "content": approve()}),
        json!({"action": "accept", "content": [true, null]}),
        json!({"action": "accept", "content": {"approve": [true]}}),
        beside("decision", json!("deny")),
        beside("isError", json!(true)),
        beside("error", json!({"code": 1, "message": "the user pressed Esc"})),
        beside("cancelled", json!(true)),
        beside("reason", json!("no, do not do this")),
        beside("resultType", json!("input_required")),
        beside("_meta", json!([])),
        json!("accept"),
        json!(true),
        json!({}),
        json!([]),
    ]
}

#[tokio::test]
async fn an_odd_answer_that_travels_is_malformed() {
    let desk = desk();
    let mut raw = Raw::connect(&desk, Era::Travels).await;
    let rows = odd();
    for answer in &rows {
        let open = asked(&mut raw, order()).await;
        let more = json!({"requestState": open.state, "inputResponses": {open.key: answer}});
        let result = raw.call(order(), more).await;
        blocked(&result, "malformed");
        assert_eq!(result["_meta"]["failclosed/class"], "invalid", "{answer}");
        assert_eq!((desk.shop.bodies(), desk.outcomes()), (0, 0), "{answer}");
    }
    let malformed = desk.decided().iter().filter(|cause| *cause == "malformed").count();
    assert_eq!(malformed, rows.len());
}

/// A result of the type that every result has from 2026-07-28 on, and a serializer that writes what is
/// not there as `null`.
#[tokio::test]
async fn a_plain_yes_is_one() {
    let desk = desk();
    let mut raw = Raw::connect(&desk, Era::Travels).await;
    let rows = [
        accepted(),
        json!({"action": "accept", "content": {"approve": true}, "resultType": "complete"}),
        json!({"action": "accept", "content": {"approve": true, "reason": null}, "_meta": null}),
    ];
    for (index, answer) in rows.iter().enumerate() {
        let open = asked(&mut raw, order()).await;
        let more = json!({"requestState": open.state, "inputResponses": {open.key: answer}});
        assert_eq!(raw.call(order(), more).await["isError"], false, "{answer}");
        assert_eq!(desk.shop.bodies(), index + 1);
    }
}

/// The same while the call waits, and what only its bytes show: a key twice.
#[tokio::test]
async fn an_odd_answer_to_a_call_that_waits_is_malformed() {
    let desk = desk();
    let mut raw = Raw::connect_strictly(&desk, Era::Waits).await;
    let twice = [
        r#"{"action":"decline","action":"accept","content":{"approve":true}}"#,
        r#"{"action":"accept","content":{"approve":false},"content":{"approve":true}}"#,
        r#"{"action":"accept","content":{"approve":false,"approve":true}}"#,
        r#"{"action":"accept","content":{"approve":false,"\u0061pprove":true}}"#,
    ];
    let mut rows: Vec<String> = odd().iter().map(Value::to_string).collect();
    rows.extend(twice.map(str::to_owned));
    for result in &rows {
        let (id, call) = raw.calling(order(), json!({}));
        raw.send(&[call]).await;
        let question = &raw.question().await["id"];
        let answer = format!(r#"{{"jsonrpc":"2.0","id":{question},"result":{result}}}"#);
        raw.send_text(&answer).await;
        blocked(&raw.result(id).await, "malformed");
        assert_eq!((desk.shop.bodies(), desk.outcomes()), (0, 0), "{result}");
    }
    assert_eq!(desk.decided(), vec!["malformed"; rows.len()]);
    // And a proper one goes through.
    let (id, call) = raw.calling(order(), json!({}));
    raw.send(&[call]).await;
    let question = &raw.question().await["id"];
    raw.send(&[json!({"jsonrpc": "2.0", "id": question, "result": accepted()})]).await;
    assert_eq!(raw.result(id).await["isError"], false);
    assert_eq!(desk.shop.bodies(), 1);
}

/// Messages in pieces and several in one, an oversized one, a list for a message, another's result: what
/// is no answer is left to the SDK, and the connection goes on.
#[tokio::test]
async fn the_rest_of_the_input_is_left_as_it_is() {
    let desk = desk();
    let mut raw = Raw::connect_strictly(&desk, Era::Waits).await;
    let (id, call) = raw.calling(order(), json!({}));
    raw.send(&[call]).await;
    let question = &raw.question().await["id"];
    let yes = json!({"jsonrpc": "2.0", "id": question, "result": accepted()});
    raw.send_text(&format!(r#"["2.0",{question},{}]"#, accepted())).await;
    raw.send_text("no JSON").await;
    raw.send_text("").await;
    let large = "x".repeat(failclosed::mcp::MAX_MESSAGE_BYTES);
    raw.send_text(&format!(r#"{{"jsonrpc":"2.0","id":8,"method":"ping","x":"{large}"}}"#)).await;
    assert_eq!(desk.shop.bodies(), 0);
    let ping = json!({"jsonrpc": "2.0", "id": "ping", "method": "ping"});
    for byte in ping.to_string().chars() {
        raw.send_piece(&byte.to_string()).await;
    }
    raw.send_piece("\n").await;
    raw.until(|message| message["id"] == "ping").await;
    assert_eq!((desk.shop.bodies(), desk.decided().len()), (0, 0));
    raw.send(&[ping, yes]).await;
    assert_eq!(raw.result(id).await["isError"], false);
    assert_eq!(desk.shop.bodies(), 1);
}
